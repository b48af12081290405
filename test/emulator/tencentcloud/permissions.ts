import type { CsrAction, Permissions } from "../types.ts";
import { ApiError } from "./api-error.ts";
import { OWNER_UIN } from "./records.ts";

const CODE = "AuthFailure.UnauthorizedOperation";

function refusal(requestId: string, action: CsrAction, resources: readonly string[]): ApiError {
  const operation = `[request id:${requestId}]you are not authorized to perform operation (ssl:${action})`;
  const clause = resources.length > 0 ? `\nresource (${resources.join(",")}) has no permission` : "";
  return new ApiError(CODE, operation + clause);
}

function resourceOf(id: number | "*"): string {
  return `qcs::ssl::uin/${OWNER_UIN}:csr/${id}`;
}

/** The rules of the account. */
export class PermissionRules {
  readonly #actions: Partial<Record<CsrAction, boolean>>;
  readonly #denied: ReadonlySet<number>;
  readonly #named: boolean;

  constructor(permissions: Permissions = {}) {
    this.#actions = permissions.actions ?? {};
    this.#denied = new Set(permissions.deniedCsrs);
    this.#named = permissions.nameDeniedCsrs ?? true;
  }

  /** Throws if the caller may not call the action at all. */
  checkAction(action: CsrAction, requestId: string): void {
    if (this.#actions[action] === false) throw refusal(requestId, action, [resourceOf("*")]);
  }

  /** Throws if the caller may not delete one of the CSRs. */
  checkCsrs(ids: readonly number[], requestId: string): void {
    const denied = ids.filter((id) => this.#denied.has(id));
    if (denied.length > 0) throw refusal(requestId, "BatchDeleteCSR", this.#named ? denied.map(resourceOf) : []);
  }
}
