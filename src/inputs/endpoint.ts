/** Where requests may go. Whoever receives a signed request can use it: only Tencent Cloud may, and only over TLS. */
import { failed, type Result, success } from "../shared/result.ts";
import type { Show } from "./show.ts";

const API_DOMAINS = ["tencentcloudapi.com", "tencentcloudapi.cn", "tencentcloudapi.com.cn"] as const;

/** A server of the API. */
export interface Server {
  /** Such as `https://ssl.intl.tencentcloudapi.com`. */
  readonly origin: string;
  /** Host, with a port unless it is the default one: what is signed. */
  readonly host: string;
}

export interface Endpoint extends Server {
  readonly loopback: boolean;
  /** STS of the same site; on loopback the endpoint itself. */
  readonly sts: Server;
}

const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);

/** The API's domain that `hostname` lies under. The longest is not a suffix of another one's subdomain. */
const apiDomain = (hostname: string): string | undefined =>
  API_DOMAINS.find((domain) => hostname.endsWith(`.${domain}`));

/** International accounts have an STS of their own: https://www.tencentcloud.com/document/api/1150/49454 */
function stsServer(hostname: string, domain: string): Server {
  const host = `${hostname.startsWith("ssl.intl.") ? "sts.intl" : "sts"}.${domain}`;
  return { origin: `https://${host}`, host };
}

/** The endpoint that `text` (a host, or a URL) names, or what is wrong with it. */
export function parseEndpoint(text: string, show: Show): Result<Endpoint, string> {
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  // Not shown: it may hold a password.
  if (text.includes("@")) return failed("must be a host name or a URL without user name and password");
  if (!url) return failed(`must be a host name or a URL, not ${show(text)}`);
  const hasMore = url.pathname.length > 1 || url.search || url.hash || /[?#]$/.test(text);
  if (hasMore) return failed(`must be a host, or a URL without path and query, not ${show(text)}`);

  const { origin, host, hostname, protocol } = url;
  if (isLoopback(hostname)) {
    if (protocol !== "https:" && protocol !== "http:") return failed("must use https (or http on loopback)");
    return success({ origin, host, loopback: true, sts: { origin, host } });
  }
  const domain = apiDomain(hostname);
  if (domain === undefined)
    return failed(
      `must be an API host of Tencent Cloud (\`…tencentcloudapi.com\`), not ${show(text)}: credentials are sent nowhere else`,
    );
  if (protocol !== "https:") return failed("must use https");
  if (!hostname.startsWith("ssl.")) return failed(`must be a host of the SSL service (\`ssl.…\`), not ${show(text)}`);
  if (url.port) return failed("must not name a port");
  return success({ origin, host, loopback: false, sts: stsServer(hostname, domain) });
}
