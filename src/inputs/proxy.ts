/** Proxies come from the usual variables; here only their secrets and their form are looked at. */

type Env = Readonly<Record<string, string | undefined>>;
const VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** User names and passwords in proxy URLs, as they are written and decoded, and the pair as a proxy is told it. */
export function proxySecrets(env: Env): readonly string[] {
  return VARIABLES.flatMap((name) => {
    const { username = "", password = "" } = URL.parse(env[name]?.trim() ?? "") ?? {};
    if (!password) return username ? [username, decoded(username)] : [];
    const pair = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64");
    return [username, decoded(username), password, decoded(password), pair].filter((value) => value !== "");
  });
}

/** Proxy variables that no request could use. */
export function proxyProblems(env: Env): readonly string[] {
  return VARIABLES.slice(0, 4)
    .filter((name) => env[name] && !/^(https?|socks5?):$/.test(URL.parse(env[name] ?? "")?.protocol ?? ""))
    .map((name) => `The variable ${name} is not the URL of a proxy: write it as http://host:port.`);
}
