/** The one road out: TLS always verified, no redirects, http on loopback only, sizes and times bounded. */
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import type { Env } from "../shared/env.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { createConnector } from "./connector.ts";
import { proxyFrom } from "./proxy.ts";

/** `headersMs` and `wholeMs` begin with the request's first byte: 50 KB may come at 1 KB per second. */
const LIMITS = { connectMs: 10_000, headersMs: 30_000, wholeMs: 60_000, unusedMs: 10_000 };

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** https, or http on loopback. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The request goes onto the wire: after the connection is made, before the first byte. */
  readonly onStarted?: () => void;
  /** Aborted: the request does not go onto the wire any more; one in flight goes on. */
  readonly cancel?: AbortSignal;
  /** Aborted: dropped, also in flight. */
  readonly signal?: AbortSignal;
  /** 1 MiB if not given: the API's longest response, a page of 100 CSRs, has about 50 KB. */
  readonly maxResponseBytes?: number;
}

/** A response that arrived whole, whatever its status. Names of headers are in lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpFailure {
  readonly code: string;
  /** Foreign text. */
  readonly message: string;
  /** The request had gone onto the wire. */
  readonly sent: boolean;
}

export interface HttpClient {
  /** Follows no redirect; never rejects. */
  request(request: HttpRequest): Promise<Result<HttpResponse, HttpFailure>>;
  /** Opens the connection for the origin's first request; does nothing through a proxy, or a second time. */
  preconnect(origin: string): void;
  /** Drops all connections at once. */
  close(): Promise<void>;
}

/** The client for the whole run, with the proxy of `env`. */
export function createHttpClient({ env, limits: given }: { env: Env; limits?: Partial<typeof LIMITS> }): HttpClient {
  const limits = { ...LIMITS, ...given };
  const connector = createConnector(limits);
  const proxy = proxyFrom(env)?.value ?? "";
  const tls = { rejectUnauthorized: true };
  const options = {
    connect: connector.connect,
    requestTls: tls,
    proxyTls: tls,
    connectTimeout: limits.connectMs,
    // A connection for each request in flight is as fast as HTTP/2, which undici calls experimental.
    allowH2: false,
    // All three are given, so that undici reads no environment. No proxy leads to loopback, the one place for http.
    httpProxy: "",
    httpsProxy: proxy === "" || proxy.includes("://") ? proxy : `http://${proxy}`,
    noProxy: env.no_proxy ?? env.NO_PROXY ?? "",
  };
  let dispatcher: Dispatcher | undefined;
  let closed = false;
  return {
    async request(request) {
      const url = URL.parse(request.url);
      if (!url || !isSecure(url)) return failed({ code: "Network.Insecure", message: "", sent: false });
      try {
        if (closed) throw new Error("the client is closed");
        dispatcher ??= new EnvHttpProxyAgent(options);
        return await exchange(dispatcher, url, request, limits);
      } catch (error) {
        return failed(networkFailure(error, false));
      }
    },
    preconnect(origin) {
      const url = URL.parse(origin);
      if (!closed && proxy === "" && url && isSecure(url)) connector.preconnect(url);
    },
    async close() {
      closed = true;
      connector.close();
      await dispatcher?.destroy();
    },
  };
}

const isSecure = ({ protocol, hostname }: URL): boolean =>
  protocol === "https:" || (protocol === "http:" && /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(hostname));

/** Codes of Node, OpenSSL and undici, and what they are here. The first pattern that matches counts. */
const CODES: ReadonlyArray<readonly [pattern: RegExp, code: string]> = [
  [/^(ENOTFOUND|EAI_)/, "Network.NotFound"],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, "Network.ConnectTimeout"],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, "Tls.Expired"],
  [/^(ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/, "Tls.WrongName"],
  [/^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|ERR_TLS_CERT)/, "Tls.Untrusted"],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, "Tls.NotTls"],
  [/^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)/, "Tls.Protocol"],
];

/** The failure that an error of undici or Node stands for. */
export function networkFailure(error: unknown, sent: boolean): HttpFailure {
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const text = code && !message.includes(code) ? `${message} (${code})` : message;
  const proxyStatus = /Proxy response \((\d{3})\)/.exec(message)?.[1];
  const refused = proxyStatus && Number(proxyStatus) < 500 && !/408|429/.test(proxyStatus);
  const known = refused ? "Network.ProxyRefused" : CODES.find(([pattern]) => pattern.test(code))?.[1];
  return { code: known ?? (sent ? "Network.ConnectionLost" : "Network.ConnectFailed"), message: text, sent };
}

/** One request. Ends once: with a response, a failure, a timeout, or an abort. */
function exchange(
  dispatcher: Dispatcher,
  { origin, pathname, search }: URL,
  { method, headers, body, onStarted, cancel, signal, maxResponseBytes = 1024 * 1024 }: HttpRequest,
  { connectMs, headersMs, wholeMs }: typeof LIMITS,
): Promise<Result<HttpResponse, HttpFailure>> {
  const { promise, resolve } = Promise.withResolvers<Result<HttpResponse, HttpFailure>>();
  const ended = new AbortController();
  let inFlight: Dispatcher.DispatchController | undefined;
  let timers: readonly NodeJS.Timeout[] = [];
  const end = (): void => {
    ended.abort();
    for (const timer of timers) clearTimeout(timer);
  };
  const fail = ({ code, message }: { readonly code: string; readonly message: string }): void => {
    end();
    resolve(failed({ code, message, sent: inFlight !== undefined }));
    inFlight?.abort(new Error(code));
  };
  const abort = (): void => fail({ code: "Network.Aborted", message: "" });
  const limit = (ms: number, code: string): NodeJS.Timeout =>
    setTimeout(() => fail({ code, message: `no end after ${ms / 1000} s` }), ms);

  if (cancel?.aborted || signal?.aborted) {
    abort();
    return promise;
  }
  cancel?.addEventListener("abort", () => inFlight ?? abort(), { signal: ended.signal });
  signal?.addEventListener("abort", abort, { signal: ended.signal });
  // undici's own timer for connections runs first, but it has none for a tunnel through a proxy.
  timers = [limit(connectMs * 1.1, "Network.ConnectTimeout")];

  let head = { status: 0, headers: {} };
  const chunks: Buffer[] = [];
  let size = 0;
  dispatcher.dispatch(
    { origin, path: pathname + search, method, headers: { ...headers }, body },
    {
      onRequestStart(controller) {
        if (ended.signal.aborted) return controller.abort(new Error("ended before it started"));
        inFlight = controller;
        for (const timer of timers) clearTimeout(timer);
        timers = [headersMs, wholeMs].map((ms) => limit(ms, "Network.ResponseTimeout"));
        onStarted?.();
      },
      onResponseStart(_, status, received) {
        if (status < 200) return;
        clearTimeout(timers[0]);
        const texts = Object.entries(received).map(([name, value]) => [name, [value].flat().join(", ")]);
        head = { status, headers: Object.fromEntries(texts) };
      },
      onResponseData(_, chunk) {
        size += chunk.length;
        if (size <= maxResponseBytes) chunks.push(chunk);
        else fail({ code: "Response.TooLarge", message: `more than ${maxResponseBytes} bytes` });
      },
      onResponseEnd() {
        end();
        const response = success({ ...head, body: Buffer.concat(chunks).toString("utf8") });
        // undici keeps the connection to itself until the event loop has turned: the next request is to find it free.
        setImmediate(() => setImmediate(resolve, response));
      },
      onResponseError: (_, error) => fail(networkFailure(error, inFlight !== undefined)),
    },
  );
  return promise;
}
