/** The one road out: TLS always verified, no redirects, http on loopback only, sizes and times bounded. */
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import { failed, type Result, success } from "../shared/result.ts";
import { createConnector, TLS } from "./connector.ts";
import { proxyFrom } from "./proxy.ts";

/** undici gives a connection 10 seconds, but no limit to one in the tunnel of a proxy. */
const CONNECT_MS = 11_000;
/** Both begin with the request's first byte: 50 KB, a page of 100 CSRs, may come at 1 KB per second. */
const HEADERS_MS = 30_000;
const WHOLE_MS = 60_000;
const MAX_RESPONSE_BYTES = 1024 * 1024;

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The first byte is about to be sent. */
  readonly onStarted?: () => void;
  /** Aborted: not sent any more. One in flight goes on. */
  readonly cancel?: AbortSignal;
  /** Aborted: dropped, also in flight. */
  readonly signal?: AbortSignal;
  readonly maxResponseBytes?: number;
}

/** It arrived whole, whatever its status. Names of headers are in lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpFailure {
  readonly code: string;
  /** Foreign text. */
  readonly message: string;
  /** At least the first byte. */
  readonly sent: boolean;
}

type HttpResult = Result<HttpResponse, HttpFailure>;
export type HttpClient = ReturnType<typeof createHttpClient>;

/** The client for the whole run, with the proxy of `env`. */
export function createHttpClient({ env }: { readonly env: NodeJS.ProcessEnv }) {
  const connector = createConnector();
  const proxy = proxyFrom(env)?.value ?? "";
  const options = {
    connect: connector.connect,
    requestTls: TLS,
    proxyTls: TLS,
    allowH2: TLS.allowH2,
    // Given, so that undici reads no environment. Plain http only goes to loopback, without a proxy.
    httpProxy: "",
    httpsProxy: proxy,
    noProxy: env.no_proxy ?? env.NO_PROXY ?? "",
  };
  let dispatcher: Dispatcher | undefined;
  let closed = false;
  return {
    /** Never rejects. */
    async request(request: HttpRequest): Promise<HttpResult> {
      const url = secureUrl(request.url);
      if (!url) return failed({ code: "Network.Insecure", message: "", sent: false });
      try {
        if (closed) throw new Error("the client is closed");
        dispatcher ??= new EnvHttpProxyAgent(options);
        return await exchange(dispatcher, url, request);
      } catch (error) {
        return failed(networkFailure(error, false));
      }
    },
    /** Opens the connection for the origin's first request, unless there is a proxy. */
    preconnect(origin: string): void {
      const url = secureUrl(origin);
      if (url && !closed && !proxy) connector.preconnect(url);
    },
    /** Drops all connections at once. */
    async close(): Promise<void> {
      closed = true;
      connector.close();
      await dispatcher?.destroy();
    },
  };
}

function secureUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  const isLoopback = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url?.hostname ?? "");
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback) ? url : undefined;
}

/** Codes of Node, OpenSSL and undici, and ours. The first pattern that matches counts. */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_)/, "Network.NotFound"],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, "Network.ConnectTimeout"],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, "Tls.Expired"],
  [/^(ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/, "Tls.WrongName"],
  [/^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|ERR_TLS_CERT)/, "Tls.Untrusted"],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, "Tls.NotTls"],
  [/^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)/, "Tls.Protocol"],
];

export function networkFailure(error: unknown, sent: boolean): HttpFailure {
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const isRefused = /Proxy response \((?!408|429)[1-4]\d\d\)/.test(message);
  const known = isRefused ? "Network.ProxyRefused" : CODES.find(([pattern]) => pattern.test(code))?.[1];
  return {
    code: known ?? (sent ? "Network.ConnectionLost" : "Network.ConnectFailed"),
    message: message.includes(code) ? message : `${message} (${code})`,
    sent,
  };
}

/** One request. Ends once: with a response, a failure, a timeout, or an abort. */
function exchange(
  dispatcher: Dispatcher,
  { origin, pathname, search }: URL,
  { method, headers, body, onStarted, cancel, signal, maxResponseBytes = MAX_RESPONSE_BYTES }: HttpRequest,
): Promise<HttpResult> {
  const { promise, resolve } = Promise.withResolvers<HttpResult>();
  const ended = new AbortController();
  let inFlight: Dispatcher.DispatchController | undefined;
  const fail = (code: string, message: string): void => {
    ended.abort();
    resolve(failed({ code, message, sent: inFlight !== undefined }));
    inFlight?.abort(new Error(code));
  };
  const limit = (ms: number, code: string): NodeJS.Timeout => {
    const timer = setTimeout(fail, ms, code, `no end after ${ms / 1000} s`);
    ended.signal.addEventListener("abort", () => clearTimeout(timer));
    return timer;
  };

  const abort = (): void => fail("Network.Aborted", "");
  if (cancel?.aborted || signal?.aborted) {
    abort();
    return promise;
  }
  cancel?.addEventListener("abort", () => inFlight ?? abort(), { signal: ended.signal });
  signal?.addEventListener("abort", abort, { signal: ended.signal });
  const connectTimer = limit(CONNECT_MS, "Network.ConnectTimeout");
  let headersTimer: NodeJS.Timeout | undefined;
  let head = { status: 0, headers: {} };
  const chunks: Buffer[] = [];
  let size = 0;
  dispatcher.dispatch(
    { origin, path: pathname + search, method, headers: { ...headers }, body },
    {
      onRequestStart(controller) {
        if (ended.signal.aborted) return controller.abort(new Error("ended before it started"));
        inFlight = controller;
        clearTimeout(connectTimer);
        headersTimer = limit(HEADERS_MS, "Network.ResponseTimeout");
        limit(WHOLE_MS, "Network.ResponseTimeout");
        onStarted?.();
      },
      onResponseStart(_, status, received) {
        if (status < 200) return;
        clearTimeout(headersTimer);
        const texts = Object.entries(received).map(([name, value]) => [name, String(value)]);
        head = { status, headers: Object.fromEntries(texts) };
      },
      onResponseData(_, chunk) {
        size += chunk.length;
        if (size <= maxResponseBytes) chunks.push(chunk);
        else fail("Response.TooLarge", `more than ${maxResponseBytes} bytes`);
      },
      onResponseEnd() {
        ended.abort();
        const response = success({ ...head, body: Buffer.concat(chunks).toString() });
        // undici keeps the connection to itself until the event loop has turned: the next request is to find it free.
        setImmediate(() => setImmediate(resolve, response));
      },
      onResponseError(_, error) {
        const { code, message } = networkFailure(error, inFlight !== undefined);
        fail(code, message);
      },
    },
  );
  return promise;
}

/** A `fetch` for octokit, which sends text only, with one deadline for all requests. */
export function createFetch(http: HttpClient, signal: AbortSignal): typeof fetch {
  return async (input, init = {}) => {
    const result = await http.request({
      method: init.method ?? "GET",
      url: String(input),
      headers: init.headers as Record<string, string>,
      body: init.body as string | undefined,
      signal,
      // 100 comments of 65,536 characters, most of them of one byte.
      maxResponseBytes: 16 * MAX_RESPONSE_BYTES,
    });
    if (!result.ok) throw new Error(`${result.failure.code} ${result.failure.message}`.trim());
    const { status, headers, body } = result.value;
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
  };
}
