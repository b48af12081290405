import { ApiError } from "./api-error.ts";
import { checkAuthorization } from "./authorization.ts";
import type { Inventory } from "./inventory.ts";
import type { Lister } from "./listing.ts";
import { checkNames, csrIdsOf, type Parameters, pageRequestOf, parseParameters } from "./parameters.ts";
import type { PermissionRules } from "./permissions.ts";
import type { RateLimit, Ticket } from "./rate-limit.ts";
import type { Action, Credentials } from "./types.ts";

const VERSION = "2019-12-05";
const MAXIMUM_BODY_BYTES = 10 * 1024 * 1024;
const PARAMETERS: Readonly<Record<Action, readonly string[]>> = {
  BatchDeleteCSR: ["CSRIds"],
  DescribeCSRSet: ["Limit", "Offset", "Domain", "EncryptAlgo"],
};

/** A request that has arrived in full. */
export interface ApiRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** The body, or the start of one that is too large. */
  body: Uint8Array;
  bodyBytes: number;
  payloadHash: string;
  ticket: Ticket;
}

/** What the API makes of a request. */
export interface Answer {
  /** `ok` or the code of the error. */
  code: string;
  requestId: string;
  response: Record<string, unknown>;
  deleted: readonly number[];
}

/** What the API knows. */
export interface Account {
  credentials: Credentials;
  inventory: Inventory;
  lister: Lister;
  rateLimit: RateLimit;
  permissions: PermissionRules;
  unknownIds: "leave-out" | "refuse";
  keptIds: ReadonlySet<number>;
  /** Server time in milliseconds. */
  now: () => number;
}

function checkForm(request: ApiRequest): void {
  if (request.method !== "POST") throw new ApiError("UnsupportedProtocol", "Only POST is supported.");
  if (request.path !== "/") throw new ApiError("InvalidRequest", "The path of the request must be `/`.");
  if (!/^application\/json(; ?charset=utf-8)?$/i.test(request.headers["content-type"] ?? "")) {
    throw new ApiError("InvalidRequest", "The Content-Type must be application/json.");
  }
}

function isAction(name: string): name is Action {
  return Object.hasOwn(PARAMETERS, name);
}

function actionOf(headers: ApiRequest["headers"]): Action {
  const version = headers["x-tc-version"];
  const action = headers["x-tc-action"];
  if (version !== VERSION) throw new ApiError("NoSuchVersion", `The version \`${version ?? ""}\` does not exist.`);
  if (!action) throw new ApiError("MissingParameter", "The header X-TC-Action is missing.");
  if (!isAction(action)) throw new ApiError("InvalidAction", `The action \`${action}\` does not exist.`);
  return action;
}

function checkOptionalHeaders(headers: ApiRequest["headers"]): void {
  const client = headers["x-tc-requestclient"];
  const language = headers["x-tc-language"];
  if (client !== undefined && !(client.length <= 128 && /^[0-9a-zA-Z-_ ,;.]+$/.test(client))) {
    throw new ApiError("InvalidParameter", "X-TC-RequestClient is too long or has a character that is not allowed.");
  }
  if (language !== undefined && !["zh-CN", "en-US"].includes(language)) {
    throw new ApiError("InvalidParameter", "X-TC-Language must be zh-CN or en-US.");
  }
}

function checkBeforeRate(request: ApiRequest, account: Account): Action {
  const { headers, payloadHash } = request;
  checkForm(request);
  checkAuthorization({ headers, payloadHash, credentials: account.credentials, now: account.now() });
  const action = actionOf(headers);
  checkOptionalHeaders(headers);
  return action;
}

function admit(request: ApiRequest, account: Account): Action {
  try {
    return checkBeforeRate(request, account);
  } catch (error) {
    account.rateLimit.release(request.ticket);
    throw error;
  }
}

function parametersOf(request: ApiRequest, action: Action): Parameters {
  if (request.bodyBytes > MAXIMUM_BODY_BYTES) {
    throw new ApiError("RequestSizeLimitExceeded", "The body of the request is larger than 10 MB.");
  }
  const parameters = parseParameters(request.body);
  checkNames(parameters, PARAMETERS[action]);
  return parameters;
}

function deletable(ids: readonly number[], account: Account): number[] {
  const known = ids.filter((id) => account.inventory.ids.has(id));
  if (account.unknownIds === "refuse" && known.length < ids.length) {
    throw new ApiError("InvalidParameter.InvalidCSRId", "Incorrect CSR ID.");
  }
  return known.filter((id) => !account.keptIds.has(id));
}

function batchDelete(parameters: Parameters, account: Account, requestId: string, effect: boolean): number[] {
  const ids = csrIdsOf(parameters);
  account.permissions.checkAction("BatchDeleteCSR", requestId);
  account.permissions.checkCsrs(ids, requestId);
  const success = deletable(ids, account);
  if (effect) account.inventory.remove(success);
  return success;
}

function describeSet(parameters: Parameters, account: Account, requestId: string): Record<string, unknown> {
  const request = pageRequestOf(parameters);
  account.permissions.checkAction("DescribeCSRSet", requestId);
  return { ...account.lister.page(request) };
}

function run(request: ApiRequest, account: Account, requestId: string, effect: boolean): Answer {
  const action = admit(request, account);
  account.rateLimit.check(request.ticket);
  const parameters = parametersOf(request, action);
  const answer = (response: Record<string, unknown>, deleted: readonly number[]): Answer => {
    return { code: "ok", requestId, response: { ...response, RequestId: requestId }, deleted };
  };
  if (action === "DescribeCSRSet") return answer(describeSet(parameters, account, requestId), []);
  const success = batchDelete(parameters, account, requestId, effect);
  return answer({ Success: success }, effect ? success : []);
}

/** The answer that carries an error. */
export function errorAnswer(code: string, message: string, requestId: string): Answer {
  const response = { Error: { Code: code, Message: message }, RequestId: requestId };
  return { code, requestId, response, deleted: [] };
}

/** Processes a request. Without `effect` the answer is the same, but nothing is deleted. */
export function answerOf(request: ApiRequest, account: Account, requestId: string, effect: boolean): Answer {
  try {
    return run(request, account, requestId, effect);
  } catch (error) {
    if (error instanceof ApiError) return errorAnswer(error.code, error.message, requestId);
    throw error;
  }
}
