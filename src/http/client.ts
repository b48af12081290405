/** The one road out: TLS always verified, no redirects, http on loopback only, sizes and times bounded. */
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import { failed, type Result, success } from "../shared/result.ts";
import { createConnector, TLS } from "./connector.ts";
import { proxyFrom } from "./proxy.ts";

/** undici gives a connection 10 seconds, but one in the tunnel of a proxy no limit. */
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
  /** Aborted: not sent any more; one in flight goes on. */
  readonly cancel?: AbortSignal;
  /** Aborted: dropped, also in flight. */
  readonly signal?: AbortSignal;
  readonly maxResponseBytes?: number;
}

/** One that arrived whole. Names of headers are in lower case. */
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

export function createHttpClient(env: NodeJS.ProcessEnv) {
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
  return {
    /** Never rejects. */
    async request(request: HttpRequest): Promise<HttpResult> {
      const url = secureUrl(request.url);
      if (!url) return failed({ code: "Network.Insecure", message: "", sent: false });
      try {
        dispatcher ??= new EnvHttpProxyAgent(options);
        return await exchange(dispatcher, url, request);
      } catch (error) {
        return failed(networkFailure(error, false));
      }
    },
    /** Opens the connection for the origin's first request, unless there is a proxy. */
    preconnect(origin: string): void {
      const url = secureUrl(origin);
      if (url && !proxy) connector.preconnect(url);
    },
  };
}

function secureUrl(text: string) {
  const url = URL.parse(text);
  const isLoopback = /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(url?.hostname ?? "");
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback) ? url : undefined;
}

/** Our codes, and those of Node, OpenSSL and undici. The first pattern that matches counts. */
const CODES = {
  "Network.NotFound": /^(ENOTFOUND|EAI_)/,
  "Network.ConnectTimeout": /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
  "Tls.Expired": /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
  "Tls.WrongName": /^(ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/,
  "Tls.Untrusted": /^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|ERR_TLS_CERT)/,
  "Tls.NotTls": /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
  "Tls.Protocol": /^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)/,
};

export function networkFailure(error: unknown, sent: boolean): HttpFailure {
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const isRefused = /Proxy response \((?!408|429)[1-4]\d\d\)/.test(message);
  const known = isRefused
    ? "Network.ProxyRefused"
    : Object.entries(CODES).find(([, pattern]) => pattern.test(code))?.[0];
  return {
    code: known ?? (sent ? "Network.ConnectionLost" : "Network.ConnectFailed"),
    message: message.includes(code) ? message : `${message} (${code})`,
    sent,
  };
}

/** Ends once: with a response, a failure, a timeout or an abort. */
function exchange(
  dispatcher: Dispatcher,
  { origin, pathname, search }: URL,
  { method, headers, body, onStarted, cancel, signal, maxResponseBytes = MAX_RESPONSE_BYTES }: HttpRequest,
) {
  const { promise, resolve } = Promise.withResolvers<HttpResult>();
  const ended = new AbortController();
  let inFlight: Dispatcher.DispatchController | undefined;
  const fail = (code: string, message = "") => {
    ended.abort();
    resolve(failed({ code, message, sent: inFlight !== undefined }));
    inFlight?.abort(new Error(code));
  };
  /** Fails after `ms`, unless the request has ended or `isDone`. */
  const limit = (ms: number, code: string, isDone = () => false) => {
    const timer = setTimeout(() => isDone() || fail(code, `no end after ${ms / 1000} s`), ms);
    ended.signal.addEventListener("abort", () => clearTimeout(timer));
  };
  const abort = () => fail("Network.Aborted");
  if (cancel?.aborted || signal?.aborted) {
    abort();
    return promise;
  }
  cancel?.addEventListener("abort", () => inFlight ?? abort(), { signal: ended.signal });
  signal?.addEventListener("abort", abort, { signal: ended.signal });
  limit(CONNECT_MS, "Network.ConnectTimeout", () => inFlight !== undefined);
  let head = { status: 0, headers: {} };
  const chunks: Buffer[] = [];
  let size = 0;
  dispatcher.dispatch(
    { origin, path: pathname + search, method, headers, body },
    {
      onRequestStart(controller) {
        if (ended.signal.aborted) return controller.abort(new Error("ended before it started"));
        inFlight = controller;
        limit(HEADERS_MS, "Network.ResponseTimeout", () => head.status > 0);
        limit(WHOLE_MS, "Network.ResponseTimeout");
        onStarted?.();
      },
      onResponseStart(_, status, received) {
        if (status < 200) return;
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
    if (!result.ok) throw new Error(`${result.failure.code} ${result.failure.message}`);
    const { status, headers, body } = result.value;
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
  };
}
