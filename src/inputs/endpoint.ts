/** Where requests may go. A signature is worth something to whoever receives it: only to Tencent Cloud, and only over TLS. */

export const DEFAULT_ENDPOINT = "ssl.intl.tencentcloudapi.com";
const API_DOMAINS = [".tencentcloudapi.com", ".tencentcloudapi.cn", ".tencentcloudapi.com.cn"];

export interface Endpoint {
  /** Such as `https://ssl.intl.tencentcloudapi.com`. */
  readonly origin: string;
  /** Host with a port unless it is the usual one: what is signed. */
  readonly host: string;
}

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);

/** The endpoint that `text` (a host, or a URL) names, or what is wrong with it. */
export function parseEndpoint(text: string): Endpoint | { readonly problem: string } {
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  if (!url) return { problem: "is no host name or URL" };
  if (url.username || url.password) return { problem: "must not hold a user name or password" };
  if (
    (url.pathname !== "/" && url.pathname !== "") ||
    url.search ||
    url.hash ||
    text.endsWith("?") ||
    text.endsWith("#")
  ) {
    return { problem: "must be a host, or a URL without path and query" };
  }
  const endpoint = { origin: url.origin, host: url.host };
  if (isLoopback(url.hostname)) {
    return /^https?:$/.test(url.protocol) ? endpoint : { problem: "must be reached over https (or http, on loopback)" };
  }
  if (!API_DOMAINS.some((domain) => url.hostname.endsWith(domain))) {
    return { problem: "is no API host of Tencent Cloud (…tencentcloudapi.com): credentials are sent nowhere else" };
  }
  if (url.protocol !== "https:") return { problem: "must be reached over https" };
  if (!url.hostname.startsWith("ssl.")) return { problem: "is not the host of the SSL service (ssl.…)" };
  if (url.port) return { problem: "must not name a port" };
  return endpoint;
}
