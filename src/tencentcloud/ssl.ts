/** The two calls of the SSL service that are used. Not `DescribeCSR`: its response has private keys. */
import { failed, type Result, success } from "../shared/result.ts";
import type { ApiClient } from "./api-client.ts";
import { type ApiFailure, apiFailure } from "./errors.ts";
import type { Permit } from "./rate-limiter.ts";
import { objectIn, textIn } from "./response.ts";

export const SSL_CLIENT = { service: "ssl", version: "2019-12-05" };
/** IDs in one BatchDeleteCSR: https://www.tencentcloud.com/document/product/1007/56820 */
export const MAX_IDS_PER_CALL = 100;
/** CSRs on one page of DescribeCSRSet: https://www.tencentcloud.com/document/product/1007/56817 */
export const MAX_PAGE_SIZE = 100;
const MAX_UNEXPECTED = { values: 100, length: 40 };

/** Texts are not redacted: decisions are made from them. */
export interface CsrRecord {
  readonly id: number;
  readonly ownerUin?: string;
  readonly domain?: string;
  /** `YYYY-MM-DD HH:mm:ss`, in a time zone that the API does not document. */
  readonly createTime?: string;
  readonly remarks?: string;
}

export interface CsrPage {
  /** Of the account. */
  readonly total: number;
  readonly records: readonly CsrRecord[];
}

export interface BatchDeletion {
  readonly requestId?: string;
  readonly deleted: readonly number[];
  /** The first other values of `Success`: short texts redacted, others described. */
  readonly unexpected: readonly string[];
  /** IDs may have been deleted that are not in `deleted`. */
  readonly mayHaveTakenEffect: boolean;
}

/** Some services of the API write int64 as a string of digits. */
function toId(value: unknown) {
  const id = typeof value === "string" && /^[1-9][0-9]*$/.test(value) ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** CSRs that are not deleted are missing from `Success`, without a reason. */
export async function batchDeleteCsr(
  client: ApiClient,
  ids: readonly number[],
  permit: Permit,
  signal: AbortSignal,
): Promise<Result<BatchDeletion, ApiFailure>> {
  const request = { action: "BatchDeleteCSR", parameters: { CSRIds: ids }, size: ids.length };
  const result = await client.call(request, signal, permit);
  if (!result.ok) return result;
  const { response, requestId } = result.value;
  const listed = Array.isArray(response.Success) ? response.Success : undefined;
  const deleted = new Set<number>();
  const unexpected = new Set<string>();
  const asked = new Set(ids);
  for (const value of listed ?? []) {
    const id = toId(value);
    if (id !== undefined && asked.has(id)) deleted.add(id);
    else if (unexpected.size < MAX_UNEXPECTED.values) unexpected.add(describeValue(value, client));
  }
  // What cannot be read may stand for any of the IDs.
  const mayHaveTakenEffect = result.value.mayHaveTakenEffect || !listed || unexpected.size > 0;
  return success({ deleted: [...deleted], unexpected: [...unexpected], requestId, mayHaveTakenEffect });
}

function describeValue(value: unknown, { redactor }: ApiClient) {
  if (typeof value === "object" && value !== null) return "an array or object";
  if (typeof value !== "string") return String(value);
  return value.length > MAX_UNEXPECTED.length ? `a text of ${value.length} characters` : redactor.redact(value);
}

/** One page of the account's CSRs, without filters. */
export async function describeCsrSet(
  client: ApiClient,
  offset: number,
  signal: AbortSignal,
): Promise<Result<CsrPage, ApiFailure>> {
  const parameters = { Limit: MAX_PAGE_SIZE, Offset: offset };
  const result = await client.call({ action: "DescribeCSRSet", parameters, size: MAX_PAGE_SIZE }, signal);
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

function toRecord(item: unknown): CsrRecord | undefined {
  const { Id, OwnerUin, Domain, CreateTime, Remarks } = objectIn(item);
  const id = toId(Id);
  if (id === undefined) return undefined;
  const ownerUin = textIn(OwnerUin) ?? toId(OwnerUin)?.toString();
  return { id, ownerUin, domain: textIn(Domain), createTime: textIn(CreateTime), remarks: textIn(Remarks) };
}
