import type { Env } from "../shared/env.ts";

/**
 * The proxy for requests over https, and its variable: `https_proxy`, else `http_proxy`, else `all_proxy`. Each name in
 * lower case hides the one in upper case. The value may lack a scheme (then it is http), and is not checked.
 */
export function proxyFrom(env: Env): { readonly name: string; readonly value: string } | undefined {
  return ["https_proxy", "http_proxy", "all_proxy"]
    .map((lower) => (env[lower] === undefined ? lower.toUpperCase() : lower))
    .map((name) => ({ name, value: env[name]?.trim() ?? "" }))
    .find(({ value }) => value !== "");
}
