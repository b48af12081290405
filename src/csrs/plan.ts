/** The plan: a decision about each given ID, or each CSR of the selected domains, before anything is deleted. */
import type { Inputs, Protection } from "../inputs/inputs.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import { type ApiFailure, errorInfo } from "../tencentcloud/errors.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { minimumAge } from "./create-time.ts";
import { type Listing, type ListingOptions, listCsrs } from "./listing.ts";
import { createDomainMatcher, createRemarksMatcher, unmatchedPatterns } from "./pattern.ts";
import { type Decision, type PlanRow, select } from "./selection.ts";

export type { Decision, KeptReason, PlanRow } from "./selection.ts";

export interface Plan {
  readonly source: "ids" | "selection";
  /** Every given ID in order, or every CSR that matches `domains`. */
  readonly rows: readonly PlanRow[];
  /** Missing if none was needed, or asked for. */
  readonly listing?: Listing;
  /** Excludes and entries of `protect` that match no CSR of the account. */
  readonly unmatched: readonly { readonly input: "domains" | "remarks" | "protect"; readonly entry: string }[];
}

/** Why a plan is not carried out; nothing was deleted. */
export type Refusal =
  /** `neededBy`: what cannot do without a listing, or not without a conclusive one; Markdown. */
  | { readonly kind: "listing"; readonly listing: Listing; readonly neededBy: string }
  /** `found`: owners that are not allowed; empty if the listing does not name the owner. */
  | { readonly kind: "accounts"; readonly found: readonly string[]; readonly allowed: readonly string[] }
  | { readonly kind: "absent"; readonly ids: readonly number[] }
  | { readonly kind: "protected"; readonly ids: readonly number[] }
  | { readonly kind: "too-many"; readonly planned: number; readonly max: number };

export const idsToDelete = ({ rows }: Plan): readonly number[] => idsOf(rows, "delete");

/** Makes the plan, with the listing that it needs, and checks it. Does not reject. */
export async function makePlan(
  inputs: Inputs,
  { client, ...options }: Omit<ListingOptions, "client"> & { readonly client?: ApiClient },
): Promise<{ readonly plan?: Plan; readonly refusal?: Refusal }> {
  const { target, protection } = inputs;
  let listing: Listing | undefined;
  if (target.kind === "selection" || (inputs.lookUp !== "false" && target.ids.length > 0)) {
    const wanted = target.kind === "ids" ? new Set(target.ids) : undefined;
    listing = client && (await listCsrs({ ...options, client, wanted }));
    const neededBy = whatNeedsMore(listing, inputs, options.cancel.aborted);
    const none: Listing = { records: new Map(), conclusive: false };
    if (neededBy !== undefined) return { refusal: { kind: "listing", listing: listing ?? none, neededBy } };
  }
  // By the API's clock, if the runner's was corrected: one that is ahead would make every CSR look older.
  const now = options.clock.now() + (client?.clockOffsetMs ?? 0);
  const isProtected = protects(protection);
  const rows =
    target.kind === "selection"
      ? select(listing?.records.values() ?? [], target.rules, isProtected, now)
      : target.ids.map((id): PlanRow => {
          const record = listing?.records.get(id);
          const isAbsent = !record && listing?.conclusive === true;
          const decision = isProtected(id, record) ? "protected" : isAbsent ? "absent" : "delete";
          return { id, record, decision, ageMs: minimumAge(record?.createTime, now) };
        });
  const plan: Plan = { source: target.kind, rows, listing, unmatched: findUnmatched(listing, inputs) };
  return { plan, refusal: findRefusal(plan, inputs) };
}

const idsOf = (rows: readonly PlanRow[], decision: Decision): readonly number[] =>
  rows.flatMap((row) => (row.decision === decision ? [row.id] : []));

/** Whether a CSR may never be deleted; of one without a record, only the ID is known. */
function protects({ domains, ids }: Protection): (id: number, record: CsrRecord | undefined) => boolean {
  const matchDomain = createDomainMatcher(domains);
  return (id, record) => ids.has(id) || (record !== undefined && matchDomain(record.domain ?? "") === "included");
}

/** What cannot do with this listing; `undefined` if all can. */
function whatNeedsMore(listing: Listing | undefined, inputs: Inputs, cancelled: boolean): string | undefined {
  if (listing?.conclusive) return undefined;
  if (inputs.target.kind === "selection") return "a selection";
  if (inputs.protection.domains.length > 0) return "`protect`";
  if (inputs.allowedAccountIds.size > 0) return "`allowed-account-ids`";
  if (inputs.onAbsent === "fail") return "`on-absent: fail`";
  const demand = inputs.dryRun ? "`dry-run`" : inputs.lookUp === "true" ? "`look-up: true`" : undefined;
  if (!listing || cancelled) return demand ?? "the plan";
  if (!listing.failure) return undefined;
  return demand ?? (deletionMayWork(listing.failure) ? undefined : "the plan");
}

/** The deletion need not meet the failure of the listing: the API responded, and to this call only. */
function deletionMayWork({ code, kind }: ApiFailure): boolean {
  const isOfTheApi = !/^(Clock|Http|Internal|Network|Oidc|Response|Sts|Tls)(\.|$)/.test(code);
  if (isOfTheApi && ["permission", "transient", "ids", "unexpected"].includes(kind)) return true;
  return ["InvalidAction", "ActionOffline", "Response.Malformed", "Response.TooLarge"].includes(errorInfo(code).code);
}

/** Only a listing of the whole account shows what matches nothing. */
function findUnmatched(listing: Listing | undefined, { target, protection }: Inputs): Plan["unmatched"] {
  if (!listing?.conclusive || listing.records.size !== listing.total) return [];
  const records = [...listing.records.values()];
  const domains = new Set(records.map(({ domain = "" }) => domain));
  const remarks = new Set(records.map((record) => record.remarks ?? ""));
  const excludesOf = (patterns: readonly string[]) => patterns.filter((pattern) => pattern.startsWith("!"));
  const rules = target.kind === "selection" ? target.rules : { domains: [], remarks: [] };
  const matchesNone = (match: ReturnType<typeof createRemarksMatcher>) =>
    [...remarks].every((text) => match(text) === "none");
  const entries = {
    domains: unmatchedPatterns(excludesOf(rules.domains), domains),
    remarks: excludesOf(rules.remarks).filter((exclude) => matchesNone(createRemarksMatcher([exclude.slice(1)]))),
    protect: [
      ...unmatchedPatterns(protection.domains, domains),
      ...[...protection.ids].filter((id) => !listing.records.has(id)).map(String),
    ],
  };
  const inputs = ["domains", "remarks", "protect"] as const;
  return inputs.flatMap((input) => entries[input].map((entry) => ({ input, entry })));
}

function findRefusal({ source, rows, listing }: Plan, inputs: Inputs): Refusal | undefined {
  const { allowedAccountIds: allowed, onAbsent, maxDeletions: max } = inputs;
  const owners = new Set(Array.from(listing?.records.values() ?? [], ({ ownerUin = "" }) => ownerUin));
  const others = [...owners].filter((owner) => !allowed.has(owner));
  if (allowed.size > 0 && others.length > 0)
    return { kind: "accounts", found: others.filter((owner) => owner !== ""), allowed: [...allowed] };
  const guarded = source === "ids" ? idsOf(rows, "protected") : [];
  if (guarded.length > 0) return { kind: "protected", ids: guarded };
  const absent = idsOf(rows, "absent");
  if (onAbsent === "fail" && absent.length > 0) return { kind: "absent", ids: absent };
  const planned = idsOf(rows, "delete").length;
  return max !== undefined && planned > max ? { kind: "too-many", planned, max } : undefined;
}
