import { ApiError } from "./api-error.ts";

const MAXIMUM_BODY_BYTES = 10 * 1024 * 1024;

/** A request that has arrived in full. */
export interface ApiRequest {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  /** The body, or the start of one that is too large. */
  body: Uint8Array;
  bodyBytes: number;
  /** SHA-256 of the whole body, in hexadecimal digits. */
  payloadHash: string;
  requestId: string;
}

/** Throws unless the request has the form that the gateway of all APIs demands. */
export function checkForm(request: ApiRequest): void {
  if (request.method !== "POST") throw new ApiError("UnsupportedProtocol", "Only POST is supported.");
  if (request.path !== "/") throw new ApiError("InvalidRequest", "The path of the request must be `/`.");
  if (!/^application\/json(; ?charset=utf-8)?$/i.test(request.headers["content-type"] ?? "")) {
    throw new ApiError("InvalidRequest", "The Content-Type must be application/json.");
  }
}

/** The action that the headers name, if it is one of these, in this version. */
export function checkAction<Name extends string>(
  headers: ApiRequest["headers"],
  version: string,
  names: readonly Name[],
): Name {
  const { "x-tc-version": given = "", "x-tc-action": action } = headers;
  if (given !== version) throw new ApiError("NoSuchVersion", `The version \`${given}\` does not exist.`);
  if (!action) throw new ApiError("MissingParameter", "The header X-TC-Action is missing.");
  const name = names.find((candidate) => candidate === action);
  if (name === undefined) throw new ApiError("InvalidAction", `The action \`${action}\` does not exist.`);
  return name;
}

/** Throws if one of the headers that may be left out is wrong. */
export function checkOptionalHeaders(headers: ApiRequest["headers"]): void {
  const client = headers["x-tc-requestclient"];
  const language = headers["x-tc-language"];
  if (client !== undefined && !(client.length <= 128 && /^[0-9a-zA-Z-_ ,;.]+$/.test(client))) {
    throw new ApiError("InvalidParameter", "X-TC-RequestClient is too long or has a character that is not allowed.");
  }
  if (language !== undefined && !["zh-CN", "en-US"].includes(language)) {
    throw new ApiError("InvalidParameter", "X-TC-Language must be zh-CN or en-US.");
  }
}

/** The UNIX seconds of `X-TC-Timestamp`. */
export function timestampOf(headers: ApiRequest["headers"]): number {
  const timestamp = headers["x-tc-timestamp"];
  if (timestamp === undefined) throw new ApiError("MissingParameter", "The header X-TC-Timestamp is missing.");
  if (!/^[0-9]{1,12}$/.test(timestamp)) throw new ApiError("InvalidParameter", "X-TC-Timestamp is not an integer.");
  return Number(timestamp);
}

/** Throws if the body is too large. */
export function checkSize(request: ApiRequest): void {
  if (request.bodyBytes <= MAXIMUM_BODY_BYTES) return;
  throw new ApiError("RequestSizeLimitExceeded", "The body of the request is larger than 10 MB.");
}
