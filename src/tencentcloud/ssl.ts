/** The two calls of the SSL service that are used. Not `DescribeCSR`: its response carries private keys. */
import { failed, type Result, success } from "../shared/result.ts";
import type { ApiClient, ApiSuccess } from "./api-client.ts";
import { type ApiFailure, apiFailure } from "./errors.ts";
import type { Permit } from "./rate-limiter.ts";

export const SSL_SERVICE = "ssl";
export const SSL_VERSION = "2019-12-05";
/** IDs in one BatchDeleteCSR: https://www.tencentcloud.com/document/product/1007/56820 */
export const MAX_IDS_PER_CALL = 100;
/** CSRs on one page of DescribeCSRSet: https://www.tencentcloud.com/document/product/1007/56817 */
export const MAX_PAGE_SIZE = 100;
const MAX_UNEXPECTED = { values: 100, length: 40 };

/** What is kept of a CSR. Its texts are foreign and not redacted: decisions are made from them. */
export interface CsrRecord {
  readonly id: number;
  /** Main account that owns the CSR. */
  readonly ownerUin?: string;
  readonly domain?: string;
  /** `YYYY-MM-DD HH:mm:ss`; the API does not document the time zone. */
  readonly createTime?: string;
  readonly remarks?: string;
}

export interface CsrPage {
  /** How many CSRs the account has, by this response. */
  readonly total: number;
  readonly records: readonly CsrRecord[];
}

/** `mayHaveTakenEffect`: an earlier attempt may have deleted IDs that this response does not list. */
export interface BatchDeletion extends Pick<ApiSuccess, "requestId" | "mayHaveTakenEffect"> {
  /** IDs that the response lists as deleted, of those asked for. */
  readonly deleted: readonly number[];
  /** Other values of `Success`: short ones redacted, others described; each once, and the first hundred only. */
  readonly unexpected: readonly string[];
}

/** An ID as the API may write it: a number, or (as some of its services do with int64) a string of digits. */
function toId(value: unknown): number | undefined {
  const id = typeof value === "string" && /^[1-9][0-9]*$/.test(value) ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** Deletes at most 100 CSRs. The response does not name IDs that were not deleted: they are missing from `Success`. */
export async function batchDeleteCsr(
  client: ApiClient,
  ids: readonly number[],
  permit: Permit,
  signal: AbortSignal,
): Promise<Result<BatchDeletion, ApiFailure>> {
  const request = { action: "BatchDeleteCSR", parameters: { CSRIds: ids }, size: ids.length };
  const result = await client.call(request, permit, signal);
  if (!result.ok) return result;
  const { response, requestId } = result.value;
  const isList = Array.isArray(response.Success);
  const listed: readonly unknown[] = isList ? (response.Success as unknown[]) : [];
  const asked = new Set(ids);
  const deleted = new Set<number>();
  const unexpected = new Set<string>();
  for (const value of listed) {
    const id = toId(value);
    if (id !== undefined && asked.has(id)) deleted.add(id);
    else if (unexpected.size < MAX_UNEXPECTED.values) unexpected.add(describeValue(value, client));
  }
  // A `Success` that cannot be read may stand for any of the IDs.
  const mayHaveTakenEffect = result.value.mayHaveTakenEffect || !isList || unexpected.size > 0;
  return success({ deleted: [...deleted], unexpected: [...unexpected], requestId, mayHaveTakenEffect });
}

function describeValue(value: unknown, { redactor }: ApiClient): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return value.length > MAX_UNEXPECTED.length ? `a text of ${value.length} characters` : redactor.redact(value);
}

/** One page of the account's CSRs, without filters. */
export async function describeCsrSet(
  client: ApiClient,
  { offset }: { readonly offset: number },
  permit: Permit,
  signal: AbortSignal,
): Promise<Result<CsrPage, ApiFailure>> {
  const parameters = { Limit: MAX_PAGE_SIZE, Offset: offset };
  const result = await client.call({ action: "DescribeCSRSet", parameters, size: MAX_PAGE_SIZE }, permit, signal);
  if (!result.ok) return result;
  const { response, requestId } = result.value;
  const { Total: total, Set: set } = response;
  // An empty account may have no list at all.
  const items = total === 0 ? (set ?? []) : set;
  const records = Array.isArray(items) ? items.map(toRecord) : [undefined];
  const isTotal = typeof total === "number" && Number.isSafeInteger(total) && total >= 0;
  if (isTotal && records.every((record) => record !== undefined)) return success({ total, records });
  return failed(apiFailure("Response.Malformed", "the list of CSRs was not in the documented form", { requestId }));
}

const toText = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function toRecord(item: unknown): CsrRecord | undefined {
  const { Id, OwnerUin, Domain, CreateTime, Remarks } = (item ?? {}) as Readonly<Record<string, unknown>>;
  const id = toId(Id);
  if (id === undefined) return undefined;
  const ownerUin = toText(OwnerUin) ?? toId(OwnerUin)?.toString();
  return { id, ownerUin, domain: toText(Domain), createTime: toText(CreateTime), remarks: toText(Remarks) };
}
