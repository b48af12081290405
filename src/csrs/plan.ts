/** A decision about each given ID, or each CSR of the selected domains, before anything is deleted. */
import type { Inputs } from "../inputs/inputs.ts";
import { type ApiFailure, errorInfo } from "../tencentcloud/errors.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { type Listing, type ListingOptions, listCsrs } from "./listing.ts";
import { createMatcher, isExclude, unmatchedPatterns } from "./pattern.ts";
import { type Decision, minimumAge, type PlanRow, select } from "./selection.ts";

export type Plan = Readonly<{
  source: "ids" | "selection";
  /** All given IDs in order, or all CSRs that match `domains`. */
  rows: readonly PlanRow[];
  listing?: Listing;
  /** Excludes and entries of `protect` that match no CSR of the account. */
  unmatched: readonly { input: string; entry: string }[];
}>;

/** Why a plan is not carried out. */
export type Refusal = Readonly<
  | { kind: "listing"; listing: Listing; neededBy: string }
  /** `found`: owners that are not allowed; empty if the listing does not name the owner. */
  | { kind: "accounts"; found: readonly string[]; allowed: readonly string[] }
  | { kind: "absent" | "protected"; ids: readonly number[] }
  | { kind: "too-many"; planned: number; max: number }
>;

export const idsDecided = (plan: Plan | undefined, wanted: Decision) =>
  plan?.rows.filter(({ decision }) => decision === wanted).map(({ id }) => id) ?? [];

/** Does not reject. */
export async function makePlan(
  inputs: Inputs,
  { client, ...options }: Omit<ListingOptions, "client"> & Partial<ListingOptions>,
): Promise<{ plan?: Plan; refusal?: Refusal }> {
  const { target, protection, lookUp } = inputs;
  let listing: Listing | undefined;
  if (target.kind === "selection" || (lookUp !== "false" && target.ids.length > 0)) {
    const wanted = target.kind === "ids" ? new Set(target.ids) : undefined;
    listing = client ? await listCsrs({ ...options, client, wanted }) : { records: new Map(), conclusive: false };
    const neededBy = whatNeedsMore(listing, inputs, !client || options.cancel.aborted);
    if (neededBy) return { refusal: { kind: "listing", listing, neededBy } };
  }
  // By the API's clock: a runner's that is ahead makes every CSR look older.
  const now = client?.now() ?? options.clock.now();
  const matchProtected = createMatcher("domains", protection.domains);
  const isProtected = ({ id, domain }: CsrRecord) => {
    if (protection.ids.has(id)) return true;
    // A domain that is not shown may be any that is protected.
    return domain === undefined ? protection.domains.length > 0 : matchProtected(domain) === "included";
  };
  const rowOf = (id: number): PlanRow => {
    const record = listing?.records.get(id);
    const isGuarded = record ? isProtected(record) : protection.ids.has(id);
    const decision = record || !listing?.conclusive ? "delete" : "absent";
    return { id, record, decision: isGuarded ? "protected" : decision, ageMs: minimumAge(record?.createTime, now) };
  };
  const csrs = listing?.records.values() ?? [];
  const rows = target.kind === "ids" ? target.ids.map(rowOf) : select(csrs, target.rules, isProtected, now);
  const plan: Plan = { source: target.kind, rows, listing, unmatched: findUnmatched(listing, inputs) };
  return { plan, refusal: findRefusal(plan, inputs) };
}

/** What cannot do with this listing. `isOver`: nothing can be sent any more. */
function whatNeedsMore({ conclusive, failure }: Listing, inputs: Inputs, isOver: boolean) {
  if (conclusive) return undefined;
  if (inputs.target.kind === "selection") return "a selection";
  if (inputs.protection.domains.length > 0) return "`protect`";
  if (inputs.allowedAccountIds.size > 0) return "`allowed-account-ids`";
  if (inputs.onAbsent === "fail") return "`on-absent: fail`";
  if (!failure && !isOver) return undefined;
  if (inputs.dryRun) return "`dry-run`";
  if (inputs.lookUp === "true") return "`look-up: true`";
  return failure && deletionMayWork(failure) ? undefined : "the plan";
}

/** The deletion need not fail like the listing: the API responded, and to this call only. */
function deletionMayWork({ code, kind }: ApiFailure) {
  const isOfTheApi = !/^(Http|Internal|Network|Oidc|Sts)\./.test(code);
  if (isOfTheApi && ["permission", "transient", "ids", "unexpected"].includes(kind)) return true;
  return ["InvalidAction", "ActionOffline", "Response.TooLarge"].includes(errorInfo(code).code);
}

/** Only a listing of the whole account shows what matches nothing. */
function findUnmatched(listing: Listing | undefined, { target, protection }: Inputs): Plan["unmatched"] {
  if (!listing?.conclusive || listing.records.size !== listing.total) return [];
  const records = [...listing.records.values()];
  const domains = records.map(({ domain = "" }) => domain);
  const remarks = records.map(({ remarks = "" }) => remarks);
  const rules = target.kind === "selection" ? target.rules : { domains: [], remarks: [] };
  const unseen = [...protection.ids].filter((id) => !listing.records.has(id)).map(String);
  const unmatched = {
    domains: unmatchedPatterns("domains", rules.domains.filter(isExclude), domains),
    remarks: unmatchedPatterns("remarks", rules.remarks.filter(isExclude), remarks),
    protect: [...unmatchedPatterns("domains", protection.domains, domains), ...unseen],
  };
  return Object.entries(unmatched).flatMap(([input, entries]) => entries.map((entry) => ({ input, entry })));
}

function findRefusal(plan: Plan, inputs: Inputs): Refusal | undefined {
  const { allowedAccountIds: allowed, onAbsent, maxDeletions: max } = inputs;
  const owners = new Set(Array.from(plan.listing?.records.values() ?? [], ({ ownerUin = "" }) => ownerUin));
  const others = [...owners].filter((owner) => !allowed.has(owner));
  if (allowed.size > 0 && others.length > 0)
    return { kind: "accounts", found: others.filter((owner) => owner !== ""), allowed: [...allowed] };
  const guarded = plan.source === "ids" ? idsDecided(plan, "protected") : [];
  if (guarded.length > 0) return { kind: "protected", ids: guarded };
  const absent = idsDecided(plan, "absent");
  if (onAbsent === "fail" && absent.length > 0) return { kind: "absent", ids: absent };
  const planned = idsDecided(plan, "delete").length;
  return max !== undefined && planned > max ? { kind: "too-many", planned, max } : undefined;
}
