import { failed, success } from "../shared/result.ts";
import { parseIds, parseIdsFile } from "./csr-ids.ts";
import { parseEndpoint } from "./endpoint.ts";
import { parseAccountIds, parseDomains, parseProtection, parseRemarks } from "./patterns.ts";
import * as scalars from "./scalars.ts";
import type { Show } from "./show.ts";

/** `message`: sentences in Markdown, some with a list on further lines. */
export type Problem = Readonly<{ input?: string; message: string }>;
export type Reading = ReturnType<typeof readAll>;

/** Trimmed, as by `getInput` of `@actions/core`; empty if missing. */
export const textOf = (env: NodeJS.ProcessEnv, name: string) => (env[`INPUT_${name.toUpperCase()}`] ?? "").trim();

/** Every input of `action.yml`, and all problems, also those that others add. */
export function readAll(env: NodeJS.ProcessEnv, show: Show) {
  const problems: Problem[] = [];
  const defaults = new Map<string, string>();
  /** Not the default, right or wrong. */
  const given = new Set<string>();

  function reject(input: string, predicate: string) {
    const end = predicate.includes("\n") ? "" : ".";
    problems.push({ input, message: `\`${input}\` ${predicate}${end}` });
  }

  /** Undefined if it has its default, or is wrong. */
  function read<Value>(name: string, otherwise: string, parse: scalars.Parse<Value>) {
    defaults.set(name, otherwise);
    const text = textOf(env, name);
    if (text === otherwise) return undefined;
    given.add(name);
    // The runner sets the default of what is left out; that of a blank expression may delete more.
    const blank = failed("is blank: check the expression, or leave the input out");
    const parsed = text === "" ? blank : parse(text, show, env.GITHUB_WORKSPACE);
    if (!parsed.ok) reject(name, parsed.failure);
    return parsed.ok ? parsed.value : undefined;
  }

  const withDefault = <Value>(name: string, otherwise: string, parse: scalars.Parse<Value>) =>
    read(name, otherwise, parse) ?? (parse(otherwise, show) as { value: Value }).value;

  const values = {
    csrIds: read("csr-ids", "", parseIds("input")),
    idsOfFile: read("csr-ids-file", "", parseIdsFile),
    domains: read("domains", "", parseDomains),
    olderThan: read("older-than", "none", scalars.parseAge),
    remarks: read("remarks", "*", parseRemarks),
    keepNewest: read("keep-newest", "none", scalars.parseCount("none", 0)),
    protection: read("protect", "none", parseProtection) ?? { domains: [], ids: new Set<number>() },
    allowedAccountIds: new Set(read("allowed-account-ids", "none", parseAccountIds)),
    maxDeletions: read("max-deletions", "auto", scalars.parseCount("auto", 1)),
    lookUp: withDefault("look-up", "auto", scalars.parseChoice("auto", "true", "false")),
    dryRun: withDefault("dry-run", "false", scalars.parseBoolean),
    roleArn: read("role-arn", "", scalars.parseRoleArn),
    provider: read("oidc-provider", "", scalars.parseProvider),
    audience: withDefault("oidc-audience", "sts.tencentcloudapi.com", scalars.parseAudience),
    secretId: read("secret-id", "", success),
    secretKey: read("secret-key", "", success),
    sessionToken: read("session-token", "", success),
    endpoint: withDefault("endpoint", "ssl.intl.tencentcloudapi.com", parseEndpoint),
    requestsPerSecond: withDefault("requests-per-second", "10", scalars.parseRequestsPerSecond),
    onAbsent: withDefault("on-absent", "warn", scalars.parseChoice("ignore", "warn", "fail")),
    comment: withDefault("comment-on-pull-request", "false", scalars.parseBoolean),
    githubToken: read("github-token", "", success),
  };
  return { env, show, values, defaults, given, problems, reject };
}
