/** An error that the API sends with HTTP 200. */
export class ApiError extends Error {
  readonly code: string;
  /** Why, in more detail than the message; for records only. */
  readonly reason: string | undefined;

  constructor(code: string, message: string, reason?: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
  }
}
