/** The proxy variables: their secrets, and what makes a proxy unusable. */
import { proxyFrom } from "../http/proxy.ts";
import type { Env } from "../shared/env.ts";

const VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** User name and password of a proxy's URL, as written. Also of one that is not valid: it may be shown by others. */
const userInfo = (value: string): readonly string[] =>
  /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^:/]*):?(.*)@/is.exec(value)?.slice(1) ?? [];

/** User names and passwords of proxies, as written and decoded, and both as a proxy is sent them. */
export function proxySecrets(env: Env): readonly string[] {
  return VARIABLES.flatMap((name) => {
    const written = userInfo(env[name]?.trim() ?? "");
    const decoded = written.map((part) => decode(part) ?? part);
    const sent = decoded[1] ? [Buffer.from(decoded.join(":")).toString("base64")] : [];
    return [...written, ...decoded, ...sent].filter((secret) => secret !== "");
  });
}

/** What is wrong with the proxy; its value is never shown. */
export function proxyProblem(env: Env): string | undefined {
  const { name, value = "http://none" } = proxyFrom(env) ?? {};
  // Without a scheme it is http, as for curl.
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url?.protocol.startsWith("socks"))
    return `\`${name}\` names a SOCKS proxy, which is not supported: use an HTTP proxy.`;
  if (!url || !/^https?:$/.test(url.protocol))
    return `\`${name}\` is not the URL of a proxy: write it as \`http://host:port\`, with special characters of the password URL-encoded.`;
  if (userInfo(value).some((part) => decode(part) === undefined))
    return `\`${name}\` has a \`%\` in its user name or password that is not an escape: write it as \`%25\`.`;
  return undefined;
}
