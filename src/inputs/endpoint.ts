/** Where requests may go: whoever receives a signed request can use it. */
import { proxyFrom } from "../http/proxy.ts";
import { failed, success } from "../shared/result.ts";
import type { Parse } from "./scalars.ts";

const API_DOMAINS = ["tencentcloudapi.com", "tencentcloudapi.cn", "tencentcloudapi.com.cn"];
/** `host` is what is signed: with a port unless it is the default one. */
type Server = Readonly<{ origin: string; host: string }>;
/** `sts` is of the same site; on loopback it is the endpoint itself. */
export type Endpoint = Server & Readonly<{ loopback: boolean; sts: Server }>;

export const parseEndpoint: Parse<Endpoint> = (text, show) => {
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  // Not shown: it may hold a password.
  if (!url || url.pathname.length > 1 || /[@?#]/.test(text))
    return failed("must be a host name, or a URL without user name, password, path and query");
  const { origin, host, hostname, protocol } = url;
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (isLoopback && /^https?:$/.test(protocol)) return success({ origin, host, loopback: true, sts: { origin, host } });
  const domain = API_DOMAINS.find((each) => hostname.endsWith(`.${each}`));
  if (!domain || !hostname.startsWith("ssl."))
    return failed(`must be a host of Tencent Cloud's SSL API (\`ssl.…tencentcloudapi.com\`), not ${show(text)}`);
  if (protocol !== "https:" || url.port) return failed("must use https on its default port");
  // International accounts have an STS of their own: https://www.tencentcloud.com/document/api/1150/49454
  const sts = `${hostname.startsWith("ssl.intl.") ? "sts.intl" : "sts"}.${domain}`;
  return success({ origin, host, loopback: false, sts: { origin: `https://${sts}`, host: sts } });
};

function decode(text: string) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** User name and password, as written; also of a URL that is not valid, which others may print. */
const userInfo = (url: string) => /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^:/]*):?(.*)@/is.exec(url)?.slice(1) ?? [];

/** User names and passwords, as written and decoded, and both as a proxy is sent them. */
export function proxySecrets(env: NodeJS.ProcessEnv) {
  return Object.entries(env).flatMap(([name, value = ""]) => {
    const written = /^(https?|all)_proxy$/i.test(name) ? userInfo(value.trim()) : [];
    const decoded = written.map((part) => decode(part) ?? part);
    const sent = decoded[1] ? [Buffer.from(decoded.join(":")).toString("base64")] : [];
    return [...written, ...decoded, ...sent].filter((secret) => secret !== "");
  });
}

/** The value is never shown. */
export function proxyProblem(env: NodeJS.ProcessEnv) {
  const { name, value = "http://none" } = proxyFrom(env) ?? {};
  const isEncoded = userInfo(value).every((part) => decode(part) !== undefined);
  if (isEncoded && /^https?:$/.test(URL.parse(value)?.protocol ?? "")) return undefined;
  return `\`${name}\` is not the URL of a proxy: write it as \`http://host:port\`, with special characters of the password URL-encoded.`;
}
