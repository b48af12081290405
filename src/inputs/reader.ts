import { inlineCode } from "../shared/inline-code.ts";
import { parseIds } from "./csr-ids.ts";
import { parseEndpoint } from "./endpoint.ts";
import { parseAccountIds, parseDomains, parseProtection, parseRemarks } from "./patterns.ts";
import * as scalars from "./scalars.ts";
import type { Show } from "./show.ts";

/** The inputs of `action.yml`; a test keeps names and defaults equal to those there. Without a default, an input may be blank. */
export const INPUTS = {
  "csr-ids": { parse: parseIds("input") },
  "csr-ids-file": { parse: scalars.parseText },
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
  "secret-id": { parse: scalars.parseText },
  "secret-key": { parse: scalars.parseText },
  "session-token": { parse: scalars.parseText },
  endpoint: { default: "ssl.intl.tencentcloudapi.com", parse: parseEndpoint },
  "requests-per-second": { default: "10", parse: scalars.parseRequestsPerSecond },
  "on-absent": { default: "warn", parse: scalars.parseChoice("ignore", "warn", "fail") },
  "comment-on-pull-request": { default: "false", parse: scalars.parseBoolean },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
  "github-token": { default: "${{ github.token }}", parse: scalars.parseText },
} as const satisfies Record<string, Row>;

interface Row {
  readonly default?: string;
  readonly parse: scalars.Parse<unknown>;
}
export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[];

/** The text of an input, trimmed; empty if it is blank or missing. */
export type GetInput = (name: InputName) => string;

/** Something wrong with the inputs: sentences in Markdown, some with a list on further lines. */
export interface Problem {
  /** The input at fault. */
  readonly input?: string;
  readonly message: string;
}

type Value<Name extends InputName> = (typeof INPUTS)[Name]["parse"] extends scalars.Parse<infer T> ? T : never;

/** Every input by itself, and what is wrong with it. */
export interface Reading {
  /** Without a value: blank. A wrong input has the value of its default, but the problem keeps the run from starting. */
  readonly values: {
    readonly [Name in InputName]: Value<Name> | ((typeof INPUTS)[Name] extends { default: string } ? never : undefined);
  };
  /** Inputs by which the step says something: neither blank nor the default. */
  readonly given: ReadonlySet<InputName>;
  readonly problems: Problem[];
}

export function readEach(getInput: GetInput, show: Show): Reading {
  const problems: Problem[] = [];
  const read = (name: InputName): unknown => {
    const row: Row = INPUTS[name];
    const text = getInput(name);
    // The runner sets the default of an input that the step leaves out, so a blank one is an expression that came out blank.
    // It must not count as the default, which may delete more. A blank token only matters if a comment is asked for.
    const isWronglyBlank = text === "" && row.default !== undefined && name !== "github-token";
    const parsed = text === "" ? undefined : row.parse(text, show);
    if (isWronglyBlank) problems.push(blankProblem(name));
    else if (!parsed || parsed.ok) return parsed?.value;
    else problems.push(problemWith(name, parsed.failure));
    const fallback = row.default === undefined ? undefined : row.parse(row.default, show);
    return fallback?.ok ? fallback.value : undefined;
  };
  const values = Object.fromEntries(INPUT_NAMES.map((name) => [name, read(name)])) as Reading["values"];
  const isGiven = (name: InputName): boolean => !["", (INPUTS[name] as Row).default].includes(getInput(name));
  return { values, given: new Set(INPUT_NAMES.filter(isGiven)), problems };
}

/** `predicate` is "must be …". */
export const problemWith = (name: InputName, predicate: string): Problem => ({
  input: name,
  message: `\`${name}\` ${predicate}${predicate.includes("\n") ? "" : "."}`,
});

export function blankProblem(name: InputName): Problem {
  const { default: shown = "" }: Row = INPUTS[name];
  return problemWith(
    name,
    `is blank: check the expression, or leave the input out for its default, ${inlineCode(shown)}`,
  );
}
