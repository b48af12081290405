import type { Env } from "../shared/env.ts";
import { inlineCode } from "../shared/inline-code.ts";
import { failed, success } from "../shared/result.ts";
import { parseIds } from "./csr-ids.ts";
import { parseEndpoint } from "./endpoint.ts";
import { parseAccountIds, parseDomains, parseProtection, parseRemarks } from "./patterns.ts";
import * as scalars from "./scalars.ts";
import type { Show } from "./show.ts";

/** The inputs of `action.yml`; one without a default may be blank. */
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
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
  "github-token": { default: "${{ github.token }}" },
} as const satisfies Record<string, Row>;

type Row = { readonly default?: string; readonly parse?: scalars.Parse<unknown> };
export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[];
/** Something wrong with the inputs, and which one is at fault: sentences in Markdown, some with a list on further lines. */
export type Problem = { readonly input?: string; readonly message: string };
type Blank<R> = R extends { default: string } ? never : undefined;
type Value<R> = Blank<R> | (R extends { parse: scalars.Parse<infer T> } ? T : string);
type Values = { [Name in InputName]: Value<(typeof INPUTS)[Name]> };

/** Reads every input by itself, and collects all problems: these, and those that others find. */
export class Reading {
  /** A wrong input has the value of its default. */
  readonly values: Values;
  /** Neither blank nor the default. */
  readonly given: ReadonlySet<InputName>;
  readonly problems: Problem[] = [];

  constructor(env: Env, show: Show) {
    const isGiven = (name: InputName): boolean => !["", (INPUTS[name] as Row).default].includes(textOf(env, name));
    this.given = new Set(INPUT_NAMES.filter(isGiven));
    this.values = Object.fromEntries(INPUT_NAMES.map((name) => [name, this.#read(name, env, show)])) as Values;
  }

  report(message: string, input?: string): void {
    this.problems.push({ input, message });
  }

  reject(name: InputName, predicate: string): void {
    this.report(`\`${name}\` ${predicate}${predicate.includes("\n") ? "" : "."}`, name);
  }

  #read(name: InputName, env: Env, show: Show): unknown {
    const { default: otherwise, parse = success }: Row = INPUTS[name];
    const text = textOf(env, name);
    if (text === "" && (otherwise === undefined || name === "github-token")) return undefined;
    // An expression that came out blank: the runner itself sets the default, which may delete more, of what is left out.
    const parsed = text === "" ? failed(`${BLANK}, ${inlineCode(otherwise ?? "")}`) : parse(text, show);
    if (!parsed.ok) this.reject(name, parsed.failure);
    const used = parsed.ok ? parsed : parse(otherwise ?? "", show);
    return used.ok ? used.value : undefined;
  }
}

const BLANK = "is blank: check the expression, or leave the input out for its default";
/** Trimmed, as `getInput` of `@actions/core` does; empty if it is blank or missing. */
export const textOf = (env: Env, name: InputName): string => (env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
