import type { Fault, FaultRule } from "./types.ts";

/** What a rule looks at. */
export interface FaultTarget {
  action: string;
  /** Among all requests. */
  number: number;
  /** Among the requests of the action. */
  numberOfAction: number;
  csrIds: readonly number[];
}

function hasNumber(requests: FaultRule["requests"], number: number): boolean {
  if (requests === undefined) return true;
  if ("from" in requests) return number >= requests.from && number <= (requests.to ?? Number.POSITIVE_INFINITY);
  return requests.includes(number);
}

function matches(rule: FaultRule, target: FaultTarget): boolean {
  if (rule.action !== undefined && rule.action !== target.action) return false;
  if (!hasNumber(rule.requests, rule.action === undefined ? target.number : target.numberOfAction)) return false;
  return rule.csrIds === undefined || rule.csrIds.some((id) => target.csrIds.includes(id));
}

/** The rules, and how often each has struck. */
export class FaultBook {
  readonly #rules: readonly FaultRule[];
  readonly #struck = new Map<FaultRule, number>();

  constructor(rules: readonly FaultRule[] = []) {
    this.#rules = rules.map((rule) => ({ ...rule }));
  }

  /** The fault that strikes this request, if any. */
  strike(target: FaultTarget): Fault | undefined {
    const rule = this.#rules.find((candidate) => {
      const left = (candidate.times ?? Number.POSITIVE_INFINITY) - (this.#struck.get(candidate) ?? 0);
      return left > 0 && matches(candidate, target);
    });
    if (rule !== undefined) this.#struck.set(rule, (this.#struck.get(rule) ?? 0) + 1);
    return rule?.fault;
  }
}

/** Whether the request must be processed to know what to send. */
export function needsAnswer(fault: Fault | undefined): boolean {
  if (fault === undefined) return true;
  if (fault.kind === "delay" || fault.kind === "success" || fault.kind === "drip") return true;
  return fault.kind === "truncate" || fault.effect === true;
}

/** Whether the request has its effect. */
export function hasEffect(fault: Fault | undefined): boolean {
  if (fault === undefined || fault.kind === "delay" || fault.kind === "success") return true;
  return fault.effect ?? fault.kind === "drip";
}
