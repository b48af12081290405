/** Proxies come from the usual variables; here only their secrets and their form are looked at. */

type Env = Readonly<Record<string, string | undefined>>;
const VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const decoded = (text: string): string => decode(text) ?? text;

/** User names and passwords in proxy URLs, as they are written and decoded, and the pair as a proxy is told it. */
export function proxySecrets(env: Env): readonly string[] {
  return VARIABLES.flatMap((name) => {
    const { username = "", password = "" } = URL.parse(env[name]?.trim() ?? "") ?? {};
    if (!password) return username ? [username, decoded(username)] : [];
    const pair = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
    return [username, decoded(username), password, decoded(password), pair].filter((value) => value !== "");
  });
}

function problemOf(name: string, value: string): string | undefined {
  const url = URL.parse(value);
  if (!url || !/^(https?|socks5?):$/.test(url.protocol))
    return `The variable ${name} is not the URL of a proxy: write it as http://host:port.`;
  if (decode(url.username) === undefined || decode(url.password) === undefined)
    return `The variable ${name} has a % in its user name or password that stands for itself: write it as %25.`;
  return undefined;
}

/** Proxy variables that no request could use. */
export function proxyProblems(env: Env): readonly string[] {
  return VARIABLES.slice(0, 4).flatMap((name) => {
    const value = env[name];
    return (value && problemOf(name, value)) || [];
  });
}
