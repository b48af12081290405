/** HTTP with undici: one POST to the API's endpoint, with its response or a failure. Knows nothing of signatures or retries. */
import { type Dispatcher, EnvHttpProxyAgent } from "undici";
import type { Env } from "../shared/env.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type ApiFailure, apiFailure } from "./failure.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** From the start of the request to the headers of the response. */
const HEADERS_TIMEOUT_MS = 30_000;
/** From the start of the request to the end of the response: a page of 50 KB may arrive at 1 KB per second. */
const RESPONSE_TIMEOUT_MS = 60_000;
/** The longest valid response (a page of 100 CSRs) has about 50 KB. */
const MAX_RESPONSE_BYTES = 1024 * 1024;
/** undici's own timer for connections runs first. */
const EXTRA_MS = 1_000;

/** Posts to one endpoint. Resolves with the response, or with what the network did; never rejects. */
export interface Transport {
  post(request: HttpRequest): Promise<Result<HttpResponse, ApiFailure>>;
  /** Drops all connections at once. */
  close(): Promise<void>;
}

/**
 * The proxy for requests over https: `https_proxy`, else `http_proxy` (as undici has it), else `all_proxy`; of each, the name in
 * lower case wins over the one in upper case. Without a scheme it is http. Empty if there is none.
 */
function proxyFrom(env: Env): string {
  const proxy =
    (env.https_proxy ?? env.HTTPS_PROXY)?.trim() ||
    (env.http_proxy ?? env.HTTP_PROXY)?.trim() ||
    (env.all_proxy ?? env.ALL_PROXY)?.trim() ||
    "";
  return proxy === "" || proxy.includes("://") ? proxy : `http://${proxy}`;
}

function createDispatcher(origin: string, env: Env): Dispatcher {
  // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: signatures and deletions are never sent to a server that is not the one it claims to be.
  const tls = { rejectUnauthorized: true, timeout: CONNECT_TIMEOUT_MS };
  return new EnvHttpProxyAgent({
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A connection for each request in flight is as fast as HTTP/2 (see bench/RESULTS.md), which undici calls experimental.
    allowH2: false,
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: HEADERS_TIMEOUT_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    // All three are given, so that undici reads no environment of its own. Plain http is for loopback only, which no proxy leads to.
    httpProxy: "",
    httpsProxy: origin.startsWith("http:") ? "" : proxyFrom(env),
    noProxy: env.no_proxy ?? env.NO_PROXY ?? "",
  });
}

/** Codes of Node, OpenSSL and undici, and what they are here. The first pattern that matches counts. */
const CODES: ReadonlyArray<readonly [pattern: RegExp, code: string]> = [
  [/^(ENOTFOUND|EAI_)/, "Network.NotFound"],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, "Network.ConnectTimeout"],
  [/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/, "Network.ResponseTimeout"],
  [/^UND_ERR_RES_EXCEEDED_MAX_SIZE$/, "Response.TooLarge"],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, "Tls.Expired"],
  [/^(ERR_TLS_CERT_ALTNAME|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/, "Tls.WrongName"],
  [/^(CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_|PATH_LENGTH|ERR_TLS_CERT)/, "Tls.Untrusted"],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/, "Tls.NotTls"],
  [/^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO)/, "Tls.Protocol"],
];

/** HTTP statuses of a proxy that may pass by themselves, as in HTTP. */
const passes = (status: number): boolean => status >= 500 || status === 408 || status === 429;

/** The failure that an error thrown by undici or Node stands for. `started`: the request had gone onto the wire. */
export function networkFailure(error: unknown, started: boolean): ApiFailure {
  const { code = "", message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  const text = code && !message.includes(code) ? `${message} (${code})` : message;
  const status = /Proxy response \((\d{3})\)/.exec(message)?.[1];
  if (status !== undefined)
    return apiFailure(passes(Number(status)) ? "Network.ConnectFailed" : "Network.ProxyRefused", text);
  const own = CODES.find(([pattern]) => pattern.test(code))?.[1];
  return apiFailure(own ?? (started ? "Network.ConnectionLost" : "Network.ConnectFailed"), text, {
    mayHaveTakenEffect: started,
  });
}

/** A transport to `origin`, such as `https://ssl.intl.tencentcloudapi.com`. Proxies come from the usual variables of `env`. */
export function createTransport({ origin, env }: { readonly origin: string; readonly env: Env }): Transport {
  const dispatcher = createDispatcher(origin, env);
  return {
    post: (request) => new Promise((resolve) => new Exchange(request, resolve).begin(dispatcher, origin)),
    close: () => dispatcher.destroy(),
  };
}

/** One request and its response. Ends once: with a response, a failure, a timeout, or an abort. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #resolve: (result: Result<HttpResponse, ApiFailure>) => void;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #date: string | undefined;
  // undici's timeouts are between two bytes, and a tunnel through a proxy has none: these are for the whole of it.
  #timers: readonly NodeJS.Timeout[] = [];
  #ended = false;

  constructor(request: HttpRequest, resolve: (result: Result<HttpResponse, ApiFailure>) => void) {
    this.#request = request;
    this.#resolve = resolve;
  }

  begin(dispatcher: Dispatcher, origin: string): void {
    const { headers, body, signal } = this.#request;
    if (signal?.aborted) {
      this.#abort();
      return;
    }
    signal?.addEventListener("abort", this.#abort);
    this.#timers = [this.#timer(CONNECT_TIMEOUT_MS + EXTRA_MS, "Network.ConnectTimeout")];
    dispatcher.dispatch({ origin, path: "/", method: "POST", headers: { ...headers }, body }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#ended) {
      controller.abort(new Error("ended before it started"));
      return;
    }
    this.#controller = controller;
    this.#clearTimers();
    this.#timers = [
      this.#timer(HEADERS_TIMEOUT_MS, "Network.ResponseTimeout"),
      this.#timer(RESPONSE_TIMEOUT_MS, "Network.ResponseTimeout"),
    ];
    this.#request.onStarted?.();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    this.#status = status;
    this.#date = [headers.date].flat().find((value): value is string => typeof value === "string");
    clearTimeout(this.#timers[0]);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString("utf8");
    this.#end(success({ status: this.#status, date: this.#date, body }));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(failed(networkFailure(error, this.#started)));
  }

  get #started(): boolean {
    return this.#controller !== undefined;
  }

  readonly #abort = (): void => this.#drop("Network.Aborted", "");

  #timer(ms: number, code: string): NodeJS.Timeout {
    return setTimeout(() => this.#drop(code, `no end after ${ms / 1000} s`), ms);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #drop(code: string, message: string): void {
    this.#end(failed(apiFailure(code, message, { mayHaveTakenEffect: this.#started })));
    this.#controller?.abort(new Error(code));
  }

  #end(result: Result<HttpResponse, ApiFailure>): void {
    this.#ended = true;
    this.#clearTimers();
    this.#request.signal?.removeEventListener("abort", this.#abort);
    this.#resolve(result);
  }
}
