/** One POST to an API endpoint and what comes back, as plain values. */

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Called when the request goes onto the wire: after the connection is made, before the first byte. */
  readonly onStarted?: () => void;
  /** Drops the request. */
  readonly signal?: AbortSignal;
}

/** A response that arrived whole, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  /** The `Date` header as it came. */
  readonly date: string | undefined;
  readonly body: string;
}
