import { failed, success } from "../shared/result.ts";
import { parseIds } from "./csr-ids.ts";
import { parseEndpoint } from "./endpoint.ts";
import { parseAccountIds, parseDomains, parseProtection, parseRemarks } from "./patterns.ts";
import * as scalars from "./scalars.ts";
import type { Show } from "./show.ts";

/** Those of `action.yml`. One without a default may be blank. */
export const INPUTS = {
  "csr-ids": { parse: parseIds("input") },
  "csr-ids-file": {},
  domains: { parse: parseDomains },
  "older-than": { default: "none", parse: scalars.parseAge },
  remarks: { default: "*", parse: parseRemarks },
  "keep-newest": { default: "none", parse: scalars.parseCount("none", 0) },
  protect: { default: "none", parse: parseProtection },
  "allowed-account-ids": { default: "none", parse: parseAccountIds },
  "max-deletions": { default: "auto", parse: scalars.parseCount("auto", 1) },
  "look-up": { default: "auto", parse: scalars.parseChoice("auto", "true", "false") },
  "dry-run": { default: "false", parse: scalars.parseBoolean },
  "role-arn": { parse: scalars.parseRoleArn },
  "oidc-provider": { parse: scalars.parseProvider },
  "oidc-audience": { default: "sts.tencentcloudapi.com", parse: scalars.parseAudience },
  "secret-id": {},
  "secret-key": {},
  "session-token": {},
  endpoint: { default: "ssl.intl.tencentcloudapi.com", parse: parseEndpoint },
  "requests-per-second": { default: "10", parse: scalars.parseRequestsPerSecond },
  "on-absent": { default: "warn", parse: scalars.parseChoice("ignore", "warn", "fail") },
  "comment-on-pull-request": { default: "false", parse: scalars.parseBoolean },
  "github-token": {},
} as const satisfies Record<string, Row>;

type Row = Readonly<{ default?: string; parse?: scalars.Parse<unknown> }>;
export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];
/** `message`: sentences in Markdown, some with a list on further lines. */
export type Problem = Readonly<{ input?: string; message: string }>;
type Blank<R> = R extends { default: string } ? never : undefined;
type Value<R> = Blank<R> | (R extends { parse: scalars.Parse<infer T> } ? T : string);
type Values = { [Name in InputName]: Value<(typeof INPUTS)[Name]> };

/** Every input, and all problems, also those that others find. */
export class Reading {
  /** A wrong input has the value of its default. */
  readonly values: Values;
  /** Neither blank nor the default. */
  readonly given: ReadonlySet<InputName>;
  readonly problems: Problem[] = [];

  constructor(env: NodeJS.ProcessEnv, show: Show) {
    const isGiven = (name: InputName): boolean => !["", (INPUTS[name] as Row).default].includes(textOf(env, name));
    this.given = new Set(INPUT_NAMES.filter(isGiven));
    this.values = Object.fromEntries(INPUT_NAMES.map((name) => [name, this.#read(name, env, show)])) as Values;
  }

  report(message: string, input?: string): void {
    this.problems.push({ input, message });
  }

  reject(name: string, predicate: string): void {
    const end = predicate.includes("\n") ? "" : ".";
    this.report(`\`${name}\` ${predicate}${end}`, name);
  }

  #read(name: InputName, env: NodeJS.ProcessEnv, show: Show): unknown {
    const { default: otherwise, parse = success }: Row = INPUTS[name];
    const text = textOf(env, name);
    if (text === "" && otherwise === undefined) return undefined;
    // The runner sets the default of what is left out; that of a blank expression may delete more.
    const parsed = text === "" ? failed("is blank: check the expression, or leave the input out") : parse(text, show);
    if (parsed.ok) return parsed.value;
    this.reject(name, parsed.failure);
    const fallback = parse(otherwise ?? "", show);
    return fallback.ok ? fallback.value : undefined;
  }
}

/** Trimmed, as by `getInput` of `@actions/core`; empty if missing. */
export const textOf = (env: NodeJS.ProcessEnv, name: InputName): string =>
  (env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
