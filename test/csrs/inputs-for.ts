import type { Inputs, Target } from "../../src/inputs/inputs.ts";

/** Inputs that ask for `target`, and for nothing else. A plan needs neither login nor endpoint. */
export const inputsFor = (target: Target, more: Partial<Inputs> = {}): Inputs => ({
  target,
  protection: { domains: [], ids: new Set() },
  allowedAccountIds: new Set(),
  lookUp: "auto",
  login: undefined as unknown as Inputs["login"],
  endpoint: undefined as unknown as Inputs["endpoint"],
  dryRun: false,
  requestsPerSecond: 10,
  onAbsent: "warn",
  comment: false,
  warnings: [],
  ...more,
});
