/** Where requests may go. Whoever receives a signed request can use it: only Tencent Cloud may, and only over TLS. */
import { failed, success } from "../shared/result.ts";
import type { Parse } from "./scalars.ts";

const API_DOMAINS = ["tencentcloudapi.com", "tencentcloudapi.cn", "tencentcloudapi.com.cn"];
/** `host` is what is signed: with a port unless it is the default one. */
export type Server = { readonly origin: string; readonly host: string };
/** `sts` is of the same site; on loopback it is the endpoint itself. */
export type Endpoint = Server & { readonly loopback: boolean; readonly sts: Server };

/** A host, or a URL. */
export const parseEndpoint: Parse<Endpoint> = (text, show) => {
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  // Not shown: it may hold a password.
  if (text.includes("@")) return failed("must be a host name or a URL without user name and password");
  if (!url) return failed(`must be a host name or a URL, not ${show(text)}`);
  const hasMore = url.pathname.length > 1 || url.search || url.hash || /[?#]$/.test(text);
  if (hasMore) return failed(`must be a host, or a URL without path and query, not ${show(text)}`);
  const { origin, host, hostname, protocol } = url;
  if (hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname)) {
    if (protocol !== "https:" && protocol !== "http:") return failed("must use https (or http on loopback)");
    return success({ origin, host, loopback: true, sts: { origin, host } });
  }
  const domain = API_DOMAINS.find((each) => hostname.endsWith(`.${each}`));
  if (!domain)
    return failed(
      `must be an API host of Tencent Cloud (\`…tencentcloudapi.com\`), not ${show(text)}: credentials are sent nowhere else`,
    );
  if (protocol !== "https:") return failed("must use https");
  if (!hostname.startsWith("ssl.")) return failed(`must be a host of the SSL service (\`ssl.…\`), not ${show(text)}`);
  if (url.port) return failed("must not name a port");
  // International accounts have an STS of their own: https://www.tencentcloud.com/document/api/1150/49454
  const sts = `${hostname.startsWith("ssl.intl.") ? "sts.intl" : "sts"}.${domain}`;
  return success({ origin, host, loopback: false, sts: { origin: `https://${sts}`, host: sts } });
};
