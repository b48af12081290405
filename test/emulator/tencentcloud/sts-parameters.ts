import { ApiError } from "./api-error.ts";
import type { Parameters } from "./parameters.ts";

/** What `AssumeRoleWithWebIdentity` takes: https://www.tencentcloud.com/document/product/1150/49454. */
export const STS_PARAMETERS = ["ProviderId", "WebIdentityToken", "RoleArn", "RoleSessionName", "DurationSeconds"];

const ROLE_ARN = /^qcs::cam::uin\/[0-9]+:roleName\/[\w+=,.@-]+$/;
const SESSION_NAME = /^[\w+=,.@_-]{2,128}$/;
const DEFAULT_DURATION_SECONDS = 7200;
const MAXIMUM_DURATION_SECONDS = 43_200;

/** A request for temporary credentials. */
export interface AssumeRoleRequest {
  providerId: string;
  token: string;
  roleArn: string;
  sessionName: string;
  durationSeconds: number;
}

/** The error of a parameter with a wrong value. */
export function parameterError(reason: string): ApiError {
  return new ApiError("InvalidParameter.ParamError", `Invalid parameter: ${reason}.`, reason);
}

function text(parameters: Parameters, name: string, form?: RegExp): string {
  const value = parameters[name];
  if (value === undefined) throw new ApiError("MissingParameter", `The parameter \`${name}\` is missing.`);
  if (typeof value !== "string") {
    throw new ApiError("InvalidParameter", `The parameter \`${name}\` must be a string.`);
  }
  if (value === "" || form?.test(value) === false) throw parameterError(`the form of ${name}`);
  return value;
}

function duration(value: unknown): number {
  if (value === undefined) return DEFAULT_DURATION_SECONDS;
  // The documentation's example has a string here; its type says integer, and the SDKs send a number.
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new ApiError("InvalidParameter", "The parameter `DurationSeconds` must be an integer.");
  }
  if (value < 1 || value > MAXIMUM_DURATION_SECONDS) {
    throw parameterError(`DurationSeconds is not in 1..${MAXIMUM_DURATION_SECONDS}`);
  }
  return value;
}

/** The parameters of the action. */
export function assumeRoleRequestOf(parameters: Parameters): AssumeRoleRequest {
  return {
    providerId: text(parameters, "ProviderId"),
    token: text(parameters, "WebIdentityToken"),
    roleArn: text(parameters, "RoleArn", ROLE_ARN),
    sessionName: text(parameters, "RoleSessionName", SESSION_NAME),
    durationSeconds: duration(parameters.DurationSeconds),
  };
}
