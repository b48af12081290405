import { type ErrorKind, explain } from "./error-table.ts";

/** Why a call did not do what it was for. A plain value: faults are results, not exceptions. */
export interface Fault {
  /** The API's code, or one of this action's own (see the error table). */
  readonly code: string;
  readonly kind: ErrorKind;
  /** The API's or the network's own words. Not to be trusted: may hold anything. */
  readonly message: string;
  /** In our words: what the code means. */
  readonly meaning: string;
  /** In our words: what to do now. */
  readonly remedy: string;
  /** Missing when the request did not reach the API. */
  readonly requestId?: string;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** The call may have been carried out although no answer says so. */
  readonly lost: boolean;
}

/** Makes a fault of `code`; kind, meaning and remedy come from the error table. */
export function fault(
  code: string,
  message: string,
  facts: { requestId?: string | undefined; status?: number | undefined; lost?: boolean } = {},
): Fault {
  const { kind, meaning, remedy } = explain(code);
  return {
    code,
    kind,
    message,
    meaning,
    remedy,
    ...(facts.requestId === undefined ? {} : { requestId: facts.requestId }),
    ...(facts.status === undefined ? {} : { status: facts.status }),
    lost: facts.lost ?? false,
  };
}

/** No further call can mend it: the run stops. */
export function isFatal({ kind }: Fault): boolean {
  return kind === "clock" || kind === "credentials" || kind === "permission" || kind === "configuration";
}
