import type { Action, Fault, FaultRule } from "./types.ts";

const RULE_FIELDS = ["action", "requests", "csrIds", "times", "fault"];
const ACTIONS: readonly Action[] = ["BatchDeleteCSR", "DescribeCSRSet", "AssumeRoleWithWebIdentity"];
const EFFECT = ["effect", "effectDelayMs"];
const KINDS: Readonly<Record<Fault["kind"], { required: readonly string[]; optional: readonly string[] }>> = {
  "api-error": { required: ["code"], optional: ["message", "requestId", "status", ...EFFECT] },
  reset: { required: [], optional: EFFECT },
  hang: { required: [], optional: ["ms", ...EFFECT] },
  delay: { required: ["ms"], optional: ["effectDelayMs"] },
  truncate: { required: [], optional: EFFECT },
  http: { required: ["status"], optional: ["headers", "body", ...EFFECT] },
  huge: { required: ["bytes"], optional: ["contentLength", ...EFFECT] },
  drip: { required: ["bytes", "everyMs"], optional: EFFECT },
  response: { required: ["response"], optional: EFFECT },
  success: { required: ["as"], optional: ["effectDelayMs"] },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKind(value: unknown): value is Fault["kind"] {
  return typeof value === "string" && Object.hasOwn(KINDS, value);
}

function faultProblem(fault: unknown): string | undefined {
  if (!isObject(fault) || !isKind(fault.kind)) return `"fault" needs a "kind": ${Object.keys(KINDS).join(", ")}`;
  const { required, optional } = KINDS[fault.kind];
  const unknown = Object.keys(fault).find((name) => !["kind", ...required, ...optional].includes(name));
  const missing = required.find((name) => !Object.hasOwn(fault, name));
  if (unknown !== undefined) return `a fault of the kind "${fault.kind}" has no field "${unknown}"`;
  return missing === undefined ? undefined : `a fault of the kind "${fault.kind}" needs "${missing}"`;
}

function ruleProblem(rule: unknown): string | undefined {
  if (!isObject(rule)) return "it is not an object";
  const unknown = Object.keys(rule).find((name) => !RULE_FIELDS.includes(name));
  if (unknown !== undefined) return `there is no field "${unknown}"`;
  if (rule.action !== undefined && !ACTIONS.some((action) => action === rule.action)) {
    return `"action" is one of ${ACTIONS.join(", ")}`;
  }
  if (rule.requests !== undefined && !Array.isArray(rule.requests) && !isObject(rule.requests)) {
    return '"requests" is an array of numbers, or {"from", "to"}';
  }
  if (rule.csrIds !== undefined && !Array.isArray(rule.csrIds)) return '"csrIds" is an array of numbers';
  return faultProblem(rule.fault);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** The rules in a file; throws an error that describes what is wrong with it. */
export function parseFaultRules(text: string): FaultRule[] {
  const rules = parse(text);
  if (!Array.isArray(rules)) throw new Error("it must hold a JSON array of rules");
  for (const [index, rule] of rules.entries()) {
    const problem = ruleProblem(rule);
    if (problem !== undefined) throw new Error(`rule ${index + 1}: ${problem}`);
  }
  return rules;
}
