import type { Fault, RequestNumbers, Rule } from "../types.ts";

/** What a rule matches. */
export interface FaultTarget {
  action: string;
  /** Among all requests. */
  number: number;
  /** Among the requests of the action. */
  numberOfAction: number;
  csrIds: readonly number[];
}

type AnyRule = Rule<string, Fault> & { csrIds?: readonly number[] };

/** Whether a number is one of these. */
export function includesNumber(requests: RequestNumbers | undefined, number: number): boolean {
  if (requests === undefined) return true;
  if ("from" in requests) return number >= requests.from && number <= (requests.to ?? Number.POSITIVE_INFINITY);
  return requests.includes(number);
}

function matches(rule: AnyRule, target: FaultTarget): boolean {
  if (rule.action !== undefined && rule.action !== target.action) return false;
  const number = rule.action === undefined ? target.number : target.numberOfAction;
  if (!includesNumber(rule.requests, number)) return false;
  return rule.csrIds === undefined || rule.csrIds.some((id) => target.csrIds.includes(id));
}

/** The rules, and how often each has been applied. */
export class FaultRules {
  readonly #rules: readonly AnyRule[];
  readonly #applied = new Map<AnyRule, number>();

  constructor(rules: readonly AnyRule[] = []) {
    this.#rules = rules.map((rule) => ({ ...rule }));
  }

  /** The fault to inject into this request, if any; counts as one time of its rule. */
  next(target: FaultTarget): Fault | undefined {
    const rule = this.#rules.find((candidate) => {
      const remaining = (candidate.times ?? Number.POSITIVE_INFINITY) - (this.#applied.get(candidate) ?? 0);
      return remaining > 0 && matches(candidate, target);
    });
    if (rule !== undefined) this.#applied.set(rule, (this.#applied.get(rule) ?? 0) + 1);
    return rule?.fault;
  }
}

/** Whether the request must be processed to know what to send. */
export function needsReply(fault: Fault | undefined): boolean {
  if (fault === undefined) return true;
  if (fault.kind === "delay" || fault.kind === "success" || fault.kind === "drip") return true;
  return fault.kind === "truncate" || fault.effect === true;
}

/** Whether the request has its effect. */
export function hasEffect(fault: Fault | undefined): boolean {
  if (fault === undefined || fault.kind === "delay" || fault.kind === "success") return true;
  return fault.effect ?? fault.kind === "drip";
}
