import type { Fault, FaultRule } from "./types.ts";

const RULE_FIELDS = ["action", "requests", "csrIds", "times", "fault"];
const ACTIONS = ["BatchDeleteCSR", "DescribeCSRSet"];
const KINDS: Readonly<Record<Fault["kind"], readonly string[]>> = {
  "api-error": ["code", "message", "effect", "requestId", "status"],
  reset: ["effect"],
  hang: ["effect", "ms"],
  delay: ["ms"],
  truncate: ["effect"],
  http: ["status", "headers", "body", "effect"],
  huge: ["bytes", "effect", "contentLength"],
  drip: ["bytes", "everyMs", "effect"],
  response: ["response", "effect"],
  success: ["as"],
};
const REQUIRED: Partial<Record<Fault["kind"], readonly string[]>> = {
  "api-error": ["code"],
  delay: ["ms"],
  http: ["status"],
  huge: ["bytes"],
  drip: ["bytes", "everyMs"],
  response: ["response"],
  success: ["as"],
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKind(value: unknown): value is Fault["kind"] {
  return typeof value === "string" && Object.hasOwn(KINDS, value);
}

function faultProblem(fault: unknown): string | undefined {
  if (!isObject(fault) || !isKind(fault.kind)) return `"fault" needs a "kind": ${Object.keys(KINDS).join(", ")}`;
  const known = ["kind", ...KINDS[fault.kind]];
  const unknown = Object.keys(fault).find((name) => !known.includes(name));
  const missing = REQUIRED[fault.kind]?.find((name) => !Object.hasOwn(fault, name));
  if (unknown !== undefined) return `a fault of the kind "${fault.kind}" has no field "${unknown}"`;
  return missing === undefined ? undefined : `a fault of the kind "${fault.kind}" needs "${missing}"`;
}

function ruleProblem(rule: unknown): string | undefined {
  if (!isObject(rule)) return "it is not an object";
  const unknown = Object.keys(rule).find((name) => !RULE_FIELDS.includes(name));
  if (unknown !== undefined) return `there is no field "${unknown}"`;
  if (rule.action !== undefined && !ACTIONS.includes(String(rule.action))) return `"action" is ${ACTIONS.join(" or ")}`;
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

/** The rules that a file holds; throws an error that says what is wrong with it. */
export function parseFaultRules(text: string): FaultRule[] {
  const rules = parse(text);
  if (!Array.isArray(rules)) throw new Error("it must hold a JSON array of rules");
  for (const [index, rule] of rules.entries()) {
    const problem = ruleProblem(rule);
    if (problem !== undefined) throw new Error(`rule ${index + 1}: ${problem}`);
  }
  return rules;
}
