/**
 * The two calls of the SSL service (version 2019-12-05) that this project uses.
 * `DescribeCSR` is not among them on purpose: its answer carries private keys.
 */
import type { Client, Failure } from "./client.ts";
import { fault } from "./fault.ts";
import type { Turn } from "./pace.ts";

export const SERVICE = "ssl";
export const VERSION = "2019-12-05";
/** IDs in one BatchDeleteCSR: https://www.tencentcloud.com/document/product/1007/56820 */
export const MAX_IDS_PER_CALL = 100;
/** CSRs on one page of DescribeCSRSet: https://www.tencentcloud.com/document/product/1007/56817 */
export const MAX_PAGE_SIZE = 100;

export interface DeletedCsrs {
  readonly ok: true;
  /** IDs that the answer says it deleted, of those asked for. */
  readonly deleted: readonly number[];
  /** What else stood in `Success`: never asked for, or no ID at all. */
  readonly strange: readonly unknown[];
  readonly requestId: string | undefined;
  readonly lost: boolean;
}

export interface CsrPage {
  readonly ok: true;
  readonly total: number;
  readonly ids: readonly number[];
  readonly requestId: string | undefined;
}

/** An ID as the API may write it: a number, or (as some of its services do with int64) a string of digits. */
function toId(value: unknown): number | undefined {
  const id = typeof value === "string" && /^[1-9][0-9]*$/.test(value) ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** Deletes at most 100 CSRs. IDs that the API did not delete are not named in its answer: they are just missing from `Success`. */
export async function batchDeleteCsr(
  client: Client,
  ids: readonly number[],
  turn: Turn,
  stop: AbortSignal,
): Promise<DeletedCsrs | Failure> {
  const result = await client.call(
    { action: "BatchDeleteCSR", parameters: { CSRIds: ids }, size: ids.length },
    turn,
    stop,
  );
  if (!result.ok) return result;
  const listed = result.response.Success;
  const values: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const asked = new Set(ids);
  const deleted = new Set<number>();
  const strange: unknown[] = [];
  for (const value of values) {
    const id = toId(value);
    if (id !== undefined && asked.has(id)) deleted.add(id);
    else strange.push(value);
  }
  return { ok: true, deleted: [...deleted], strange, requestId: result.requestId, lost: result.lost };
}

/** One page of the account's CSRs. Only the IDs are taken; nothing else of the records is kept. */
export async function describeCsrSet(
  client: Client,
  offset: number,
  turn: Turn,
  stop: AbortSignal,
): Promise<CsrPage | Failure> {
  const parameters = { Limit: MAX_PAGE_SIZE, Offset: offset };
  const result = await client.call({ action: "DescribeCSRSet", parameters, size: MAX_PAGE_SIZE }, turn, stop);
  if (!result.ok) return result;
  const { Total: total, Set: set } = result.response;
  const ids = Array.isArray(set) ? set.map((item) => toId((item as { Id?: unknown } | null)?.Id)) : [undefined];
  if (typeof total !== "number" || !Number.isSafeInteger(total) || total < 0 || ids.includes(undefined)) {
    const message = "the list of CSRs was not in the documented form";
    return {
      ok: false,
      fault: fault("Answer.NotUnderstood", message, { requestId: result.requestId }),
      hopeless: false,
    };
  }
  return { ok: true, total, ids: ids as number[], requestId: result.requestId };
}
