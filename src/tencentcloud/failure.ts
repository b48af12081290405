import { type ErrorKind, lookUpError } from "./error-catalog.ts";

/** Why a call failed. A plain value. Its words for people are in `report/remedies.ts`. */
export interface ApiFailure {
  /** The API's code, or one of this action's own (see the error catalog). */
  readonly code: string;
  readonly kind: ErrorKind;
  /** Foreign text: the API's, the proxy's or the network's own words, redacted. It may hold anything else. */
  readonly message: string;
  /** Missing when the request did not reach the API. */
  readonly requestId?: string;
  /** HTTP status, when there was a response. */
  readonly status?: number;
  /** The call may have been carried out although no response says so. */
  readonly mayHaveTakenEffect: boolean;
  /** No further call of this run can do better. */
  readonly fatal: boolean;
}

export interface FailureFacts {
  readonly requestId?: string | undefined;
  readonly status?: number | undefined;
  /** Overrides what the error catalog says of the code. */
  readonly mayHaveTakenEffect?: boolean;
  readonly fatal?: boolean;
}

/** Makes the failure of `code`; what is not given comes from the error catalog. */
export function apiFailure(code: string, message: string, facts: FailureFacts = {}): ApiFailure {
  const { kind, mayHaveTakenEffect, fatal } = lookUpError(code);
  return {
    code,
    kind,
    message,
    ...(facts.requestId === undefined ? {} : { requestId: facts.requestId }),
    ...(facts.status === undefined ? {} : { status: facts.status }),
    mayHaveTakenEffect: facts.mayHaveTakenEffect ?? mayHaveTakenEffect,
    fatal: facts.fatal ?? fatal,
  };
}
