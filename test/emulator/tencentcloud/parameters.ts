import { ApiError } from "./api-error.ts";

const MAXIMUM_IDS = 100;
const MAXIMUM_PAGE = 100;
const DEFAULT_PAGE = 10;

/** The parameters of a request, by name. */
export type Parameters = Readonly<Record<string, unknown>>;

/** What `DescribeCSRSet` was asked for. */
export interface PageRequest {
  limit: number;
  offset: number;
  domain?: string;
  encryptAlgo?: string;
}

function wrongType(name: string, expected: string): ApiError {
  return new ApiError("InvalidParameter", `The parameter \`${name}\` must be ${expected}.`);
}

function wrongValue(name: string, reason: string): ApiError {
  return new ApiError("InvalidParameterValue", `The value of the parameter \`${name}\` is invalid: ${reason}.`);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new ApiError("InvalidRequest", "The body of the request is not JSON in UTF-8.");
  }
}

/** The JSON object that the body holds. */
export function parseParameters(bytes: Uint8Array): Parameters {
  const value = parse(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError("InvalidParameter", "The body of the request must be a JSON object.");
  }
  return { ...value };
}

/** Throws if there is a parameter that the action does not have. */
export function checkNames(parameters: Parameters, known: readonly string[]): void {
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ApiError("UnknownParameter", `The parameter \`${unknown}\` is not recognized.`);
}

/** The IDs of a batch. With `accept`, lists that are empty, too long, or have an ID twice are taken as they are. */
export function csrIdsOf(parameters: Parameters, oddLists: "refuse" | "accept" = "refuse"): number[] {
  const ids = parameters.CSRIds;
  if (ids === undefined) throw new ApiError("MissingParameter", "The parameter `CSRIds` is missing.");
  if (!Array.isArray(ids)) throw wrongType("CSRIds", "an array");
  const isOdd = ids.length === 0 || ids.length > MAXIMUM_IDS || new Set(ids).size < ids.length;
  if (isOdd && oddLists === "accept" && ids.every((id) => Number.isSafeInteger(id))) return [...new Set(ids)];
  if (ids.length === 0) throw wrongValue("CSRIds", "it is empty");
  if (ids.length > MAXIMUM_IDS) throw wrongValue("CSRIds", `it has ${ids.length} elements, more than ${MAXIMUM_IDS}`);
  if (!ids.every((id) => Number.isSafeInteger(id))) throw wrongType("CSRIds", "an array of integers");
  if (!ids.every((id) => id > 0)) throw wrongValue("CSRIds", "an ID is not positive");
  if (new Set(ids).size < ids.length) throw wrongValue("CSRIds", "an ID occurs twice");
  return ids;
}

function integer(parameters: Parameters, name: string, fallback: number, range: { min: number; max: number }): number {
  const value = parameters[name] ?? fallback;
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw wrongType(name, "an integer");
  if (value < range.min || value > range.max) throw wrongValue(name, `it is not in ${range.min}..${range.max}`);
  return value;
}

function text(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name] ?? undefined;
  if (value !== undefined && typeof value !== "string") throw wrongType(name, "a string");
  return value;
}

/** The page that is asked for. */
export function pageRequestOf(parameters: Parameters): PageRequest {
  const domain = text(parameters, "Domain");
  const encryptAlgo = text(parameters, "EncryptAlgo");
  return {
    limit: integer(parameters, "Limit", DEFAULT_PAGE, { min: 1, max: MAXIMUM_PAGE }),
    offset: integer(parameters, "Offset", 0, { min: 0, max: Number.MAX_SAFE_INTEGER }),
    ...(domain ? { domain } : {}),
    ...(encryptAlgo ? { encryptAlgo } : {}),
  };
}
