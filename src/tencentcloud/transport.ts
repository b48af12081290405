/** HTTP with undici: one POST to the API's endpoint, with its answer or a fault. Knows nothing of signatures or retries. */
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import { type Fault, fault } from "./fault.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** The longest true answer (a page of 100 CSRs) has about 50 KB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** An answer that came back whole, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** The `Date` header as it came. */
  readonly date: string | undefined;
  readonly body: string;
}

export interface HttpPost {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Called when the request goes onto the wire: after the connection stands, before the first byte. */
  readonly onSent?: () => void;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
}

/** Posts to one endpoint. Resolves with what came back; never rejects for what the network does. */
export interface Transport {
  post(request: HttpPost): Promise<HttpAnswer | Fault>;
  /** Drops all connections at once. */
  close(): Promise<void>;
}

function createDispatcher(origin: string): Dispatcher {
  return new EnvHttpProxyAgent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A connection for each request that is out is as fast as HTTP/2 (see bench/RESULTS.md), which undici calls experimental.
    allowH2: false,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // Plain http exists for loopback only (see the endpoint's validation); a proxy is no way to one's own machine.
    ...(origin.startsWith("http:") ? { httpProxy: "" } : {}),
  });
}

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/;
const OWN_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND: "Network.NotFound",
  EAI_AGAIN: "Network.NotFound",
  UND_ERR_CONNECT_TIMEOUT: "Network.ConnectTimeout",
  ETIMEDOUT: "Network.ConnectTimeout",
  UND_ERR_HEADERS_TIMEOUT: "Network.AnswerTimeout",
  UND_ERR_BODY_TIMEOUT: "Network.AnswerTimeout",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "Answer.TooLarge",
};

/** The fault that an error thrown by undici or Node stands for. `sent`: the request had gone onto the wire. */
export function networkFault(error: unknown, sent: boolean): Fault {
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const text = code && !message.includes(code) ? `${message} (${code})` : message;
  const tunnel = /Proxy response \((\d{3})\)/.exec(message);
  if (tunnel) return fault(Number(tunnel[1]) >= 500 ? "Network.ConnectFailed" : "Network.ProxyRefused", text);
  const own = OWN_CODE[code] ?? (TLS_CODE.test(code) ? "Network.TlsFailed" : undefined);
  return fault(own ?? (sent ? "Network.ConnectionLost" : "Network.ConnectFailed"), text, { lost: sent });
}

/** A transport to `origin`, such as `https://ssl.intl.tencentcloudapi.com`. Proxies are taken from the usual variables. */
export function createTransport(origin: string): Transport {
  const dispatcher = createDispatcher(origin);

  function post({ headers, body, onSent, signal }: HttpPost): Promise<HttpAnswer | Fault> {
    return new Promise((resolve) => {
      let sent = false;
      let done = false;
      let status = 0;
      let date: string | undefined;
      let abort: ((reason: Error) => void) | undefined;
      let timer: NodeJS.Timeout | undefined;
      const chunks: Buffer[] = [];

      const finish = (result: HttpAnswer | Fault): void => {
        done = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        resolve(result);
      };
      const giveUp = (result: Fault): void => {
        finish(result);
        abort?.(new Error(result.message));
      };
      const cancel = (): void => giveUp(fault("Network.GivenUp", "", { lost: sent }));
      // undici's timeouts are between two bytes, and a proxy's tunnel has none: these two are for the whole of it.
      const limit = (ms: number, code: string): void => {
        clearTimeout(timer);
        timer = setTimeout(() => giveUp(fault(code, `gave up after ${ms / 1000} s`, { lost: sent })), ms);
      };

      const handler: Dispatcher.DispatchHandler = {
        onRequestStart(controller) {
          if (done) return controller.abort(new Error("given up before it was sent"));
          abort = (reason) => controller.abort(reason);
          sent = true;
          limit(ANSWER_TIMEOUT_MS, "Network.AnswerTimeout");
          onSent?.();
        },
        onResponseStart(_controller, statusCode, responseHeaders) {
          status = statusCode;
          date = [responseHeaders.date].flat()[0];
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          finish({ status, date, body: Buffer.concat(chunks).toString("utf8") });
        },
        onResponseError(_controller, error) {
          finish(networkFault(error, sent));
        },
      };

      if (signal?.aborted) return cancel();
      signal?.addEventListener("abort", cancel);
      limit(CONNECT_TIMEOUT_MS + 1_000, "Network.ConnectTimeout");
      dispatcher.dispatch({ origin, path: "/", method: "POST", headers: { ...headers }, body }, handler);
    });
  }

  return {
    post,
    close: () => dispatcher.destroy(),
  };
}
