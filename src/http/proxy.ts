/** The proxy for https, as an unchecked URL, and its variable. A name in lower case hides the one in upper case. */
export function proxyFrom(env: NodeJS.ProcessEnv): { readonly name: string; readonly value: string } | undefined {
  for (const lower of ["https_proxy", "http_proxy", "all_proxy"]) {
    const name = env[lower] === undefined ? lower.toUpperCase() : lower;
    const value = env[name]?.trim();
    if (value) return { name, value: value.includes("://") ? value : `http://${value}` };
  }
  return undefined;
}
