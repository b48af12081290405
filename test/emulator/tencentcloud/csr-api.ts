import type { CsrAction } from "../types.ts";
import { ApiError } from "./api-error.ts";
import { type ApiResult, resultOfError, successResult } from "./api-result.ts";
import { checkAuthorization } from "./authorization.ts";
import type { CredentialStore } from "./credential-store.ts";
import { type ApiRequest, checkAction, checkForm, checkOptionalHeaders, checkSize } from "./gateway.ts";
import type { Inventory } from "./inventory.ts";
import type { Lister } from "./listing.ts";
import { checkNames, csrIdsOf, type Parameters, pageRequestOf, parseParameters } from "./parameters.ts";
import type { PermissionRules } from "./permissions.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";

const VERSION = "2019-12-05";
const PARAMETERS: Readonly<Record<CsrAction, readonly string[]>> = {
  BatchDeleteCSR: ["CSRIds"],
  DescribeCSRSet: ["Limit", "Offset", "Domain", "EncryptAlgo"],
};
const ACTIONS: readonly CsrAction[] = ["BatchDeleteCSR", "DescribeCSRSet"];

/** What the CSR API knows. */
export interface Account {
  credentials: CredentialStore;
  inventory: Inventory;
  lister: Lister;
  rateLimiter: RateLimiter;
  permissions: PermissionRules;
  unknownIds: "leave-out" | "refuse";
  keptIds: ReadonlySet<number>;
  keptCsrs: "leave-out" | "refuse";
  oddLists: "refuse" | "accept";
  messages: "en-US" | "zh-CN";
  /** Server time in milliseconds. */
  now: () => number;
}

/** Called with the IDs that a request really deleted. */
export type OnDeleted = (ids: readonly number[]) => void;

function checkBeforeRate(request: ApiRequest, account: Account): CsrAction {
  checkForm(request);
  checkAuthorization(request, account.credentials, account.now());
  const action = checkAction(request.headers, VERSION, ACTIONS);
  checkOptionalHeaders(request.headers);
  return action;
}

function admit(request: ApiRequest, permit: Permit, account: Account): CsrAction {
  try {
    return checkBeforeRate(request, account);
  } catch (error) {
    account.rateLimiter.release(permit);
    throw error;
  }
}

function parametersOf(request: ApiRequest, action: CsrAction): Parameters {
  checkSize(request);
  const parameters = parseParameters(request.body);
  checkNames(parameters, PARAMETERS[action]);
  return parameters;
}

function deletable(ids: readonly number[], account: Account): number[] {
  const known = ids.filter((id) => account.inventory.ids.has(id));
  if (account.unknownIds === "refuse" && known.length < ids.length) {
    throw new ApiError("InvalidParameter.InvalidCSRId", "Incorrect CSR ID.");
  }
  const free = known.filter((id) => !account.keptIds.has(id));
  if (account.keptCsrs === "refuse" && free.length < known.length) {
    throw new ApiError("FailedOperation", "The CSR is in use.");
  }
  return free;
}

function batchDelete(parameters: Parameters, account: Account, requestId: string, onDeleted: OnDeleted): ApiResult {
  const ids = csrIdsOf(parameters, account.oddLists);
  account.permissions.checkAction("BatchDeleteCSR", requestId);
  account.permissions.checkCsrs(ids, requestId);
  const success = deletable(ids, account);
  return successResult({ Success: success }, requestId, () => onDeleted(account.inventory.remove(success)));
}

function describeSet(parameters: Parameters, account: Account, requestId: string): ApiResult {
  const page = pageRequestOf(parameters);
  account.permissions.checkAction("DescribeCSRSet", requestId);
  return successResult(account.lister.page(page), requestId);
}

/** Processes a request to the CSR API. */
export function processCsrRequest(
  request: ApiRequest,
  permit: Permit,
  account: Account,
  onDeleted: OnDeleted,
): ApiResult {
  const { requestId } = request;
  try {
    const action = admit(request, permit, account);
    account.rateLimiter.check(permit);
    const parameters = parametersOf(request, action);
    if (action === "DescribeCSRSet") return describeSet(parameters, account, requestId);
    return batchDelete(parameters, account, requestId, onDeleted);
  } catch (error) {
    return resultOfError(error, requestId, account.messages);
  }
}
