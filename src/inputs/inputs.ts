/** The inputs of `action.yml`, validated, as one value. */

import { redactor } from "../redaction.ts";
import type { Credentials } from "../tencentcloud/signature.ts";
import { FORKS, readCredentials, secretsIn } from "./credentials.ts";
import { type BadToken, distinct, type ParsedIds, parseCsrIds } from "./csr-ids.ts";
import { readCsrIdsFile } from "./csr-ids-file.ts";
import { DEFAULT_ENDPOINT, type Endpoint, parseEndpoint } from "./endpoint.ts";
import { InputError } from "./input-error.ts";
import { proxyProblems, proxySecrets } from "./proxy.ts";

export type OnAbsent = "ignore" | "warn" | "fail";

export interface Inputs {
  /** Distinct, in the order in which they were given. May be empty: an explicit `[]` means that there is nothing to do. */
  readonly csrIds: readonly number[];
  /** How many IDs were given more than once. */
  readonly duplicates: number;
  /** `undefined` only in a dry run, or when there is nothing to do. */
  readonly credentials: Credentials | undefined;
  readonly endpoint: Endpoint;
  readonly dryRun: boolean;
  readonly requestsPerSecond: number;
  readonly onAbsent: OnAbsent;
}

/** Where inputs come from. */
export interface InputSources {
  /** An input by its name in `action.yml`; trimmed; empty if it was not given. */
  readonly getInput: (name: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that `csr-ids-file` must lie under. */
  readonly workspace: string;
}

/** Every value that must never be shown. */
export function readSecrets({ getInput, env }: InputSources): readonly string[] {
  return [...new Set([...secretsIn(getInput, env), ...proxySecrets(env)])];
}

/** Text as an error may show it: short, on one line, and visible. */
type Show = (text: string) => string;

/** Secrets are hidden before the text is cut: half a secret is found by nobody afterwards. */
function showWithout(secrets: readonly string[]): Show {
  const clean = redactor(secrets);
  return (text) => {
    const safe = clean(text);
    return JSON.stringify(safe.length > 40 ? `${safe.slice(0, 40)}…` : safe);
  };
}

function badTokens(input: string, bad: readonly BadToken[], total: number, shown: Show): string {
  const lines = bad.map(({ place, token, reason }) => `  ${place}: ${shown(token)}: ${reason}`);
  if (total > bad.length) lines.push(`  … and ${total - bad.length} more`);
  const count = total === 1 ? "one entry is" : `${total} entries are`;
  return `\`${input}\`: ${count} no CSR ID (a positive whole number, such as 12345):\n${lines.join("\n")}\nCorrect the list and run the step again.`;
}

/** Reads inputs one by one and keeps what is wrong with them, so that all of it can be told at once. */
class Reader {
  readonly problems: string[] = [];
  secretsMissing = false;
  readonly #sources: InputSources;
  readonly #shown: Show;

  constructor(sources: InputSources) {
    this.#sources = sources;
    this.#shown = showWithout(readSecrets(sources));
  }

  boolean(name: string): boolean {
    const text = this.#sources.getInput(name);
    if (/^(true|True|TRUE)$/.test(text)) return true;
    if (text !== "" && !/^(false|False|FALSE)$/.test(text))
      this.problems.push(`\`${name}\` must be true or false, not ${this.#shown(text)}.`);
    return false;
  }

  rate(name: string): number {
    const text = this.#sources.getInput(name) || "10";
    const rate = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
    if (!(rate >= 0.1 && rate <= 100))
      this.problems.push(`\`${name}\` must be a number from 0.1 to 100, not ${this.#shown(text)}.`);
    return rate;
  }

  onAbsent(): OnAbsent {
    const text = this.#sources.getInput("on-absent") || "warn";
    if (text === "ignore" || text === "warn" || text === "fail") return text;
    this.problems.push(`\`on-absent\` must be ignore, warn or fail, not ${this.#shown(text)}.`);
    return "warn";
  }

  endpoint(): Endpoint {
    const text = this.#sources.getInput("endpoint") || DEFAULT_ENDPOINT;
    const endpoint = parseEndpoint(text);
    if (!("problem" in endpoint)) return endpoint;
    // A URL may hold a password; then the text is not shown.
    const name = text.includes("@") ? "" : ` ${this.#shown(text)}`;
    this.problems.push(`\`endpoint\`:${name} ${endpoint.problem}. The default is ${DEFAULT_ENDPOINT}.`);
    return { origin: "", host: "" };
  }

  credentials(needed: boolean): Credentials | undefined {
    const { getInput, env } = this.#sources;
    const credentials = readCredentials(getInput, env);
    if (credentials && "problem" in credentials) {
      this.problems.push(credentials.problem);
      this.secretsMissing = credentials.missing;
      return undefined;
    }
    if (!credentials && needed) {
      this.problems.push(MISSING_CREDENTIALS);
      this.secretsMissing = true;
    }
    return credentials;
  }

  csrIds(): readonly number[] {
    const { getInput, workspace } = this.#sources;
    const path = getInput("csr-ids-file");
    const fromInput = this.#parsed("csr-ids", getInput("csr-ids"), false);
    const file = path === "" ? undefined : readCsrIdsFile(path, workspace);
    if (file && "problem" in file) {
      this.problems.push(`\`csr-ids-file\`: ${this.#shown(path)} ${file.problem}.`);
      return [];
    }
    const fromFile = file ? this.#parsed("csr-ids-file", file.text, true) : undefined;
    const given = [fromInput, fromFile].filter((parsed) => parsed !== undefined && parsed.form !== "blank");
    if (given.length === 0) this.problems.push(path === "" ? BLANK_IDS : BLANK_FILE);
    return given.flatMap((parsed) => (parsed && "ids" in parsed ? parsed.ids : []));
  }

  #parsed(input: string, text: string, comments: boolean): ParsedIds {
    const parsed = parseCsrIds(text, { comments });
    if (parsed.form === "broken json") {
      this.problems.push(
        `\`${input}\` begins with [ but is no JSON array of IDs: ${parsed.reason.replace(/\s+/g, " ")}.`,
      );
    } else if (parsed.form !== "blank" && parsed.badCount > 0) {
      this.problems.push(badTokens(input, parsed.bad, parsed.badCount, this.#shown));
    }
    return parsed;
  }
}

const BLANK_IDS =
  "`csr-ids` is blank. An expression in it may have come out empty: check the id of the earlier step and the name of its output. Give IDs such as `11, 22`, or `csr-ids-file`; write `[]` if there is truly nothing to delete.";
const BLANK_FILE =
  "`csr-ids` is blank, and the file of `csr-ids-file` holds no ID: check the step that writes it. Write `[]` if there is truly nothing to delete.";
const MISSING_CREDENTIALS = `No credentials: give \`secret-id\` and \`secret-key\` (and \`session-token\` with a temporary key), or set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY in the environment.${FORKS}`;

/**
 * Reads and checks everything before any call is made.
 * @throws {InputError} with all that is wrong, not only the first.
 */
export function readInputs(sources: InputSources): Inputs {
  const reader = new Reader(sources);
  const endpoint = reader.endpoint();
  const dryRun = reader.boolean("dry-run");
  const requestsPerSecond = reader.rate("requests-per-second");
  const onAbsent = reader.onAbsent();
  const given = reader.csrIds();
  const csrIds = distinct(given);
  const nothingToDo = csrIds.length === 0 && reader.problems.length === 0;
  const credentials = reader.credentials(!dryRun && !nothingToDo);
  reader.problems.push(...proxyProblems(sources.env));
  if (reader.problems.length > 0) throw new InputError(reader.problems, reader.secretsMissing);
  return {
    csrIds,
    duplicates: given.length - csrIds.length,
    credentials,
    endpoint,
    dryRun,
    requestsPerSecond,
    onAbsent,
  };
}
