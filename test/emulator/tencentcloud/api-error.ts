/** An error that the API sends with HTTP 200. */
export class ApiError extends Error {
  readonly code: string;
  /** Why, more precisely than the message says; for records only. */
  readonly reason: string | undefined;

  constructor(code: string, message: string, reason?: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
  }
}
