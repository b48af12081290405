/** No secret in anything that a run leaves, wherever in the record it stands: redaction is for all text but our own words. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createHttpClient } from "../../src/http/client.ts";
import { Log } from "../../src/report/log.ts";
import { publish, saveReport } from "../../src/report/publish.ts";
import { OWN_WORDS } from "../../src/report/words.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import { apiFailure } from "../../src/tencentcloud/errors.ts";
import { startGitHubEmulator } from "../emulator/emulator.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  dryRun,
  inputs,
  listing,
  notDeleted,
  notListed,
  planOfIds,
  planOfRows,
  record,
  redactorOf,
  row,
  selection,
  wrongInputs,
} from "./records.ts";

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "redaction-"));
  log = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    log += String(text);
    return true;
  });
  writeFileSync(join(folder, "output"), "");
  writeFileSync(join(folder, "event.json"), JSON.stringify({ pull_request: { number: 1, head: { sha: "abc" } } }));
  vi.stubEnv("GITHUB_OUTPUT", join(folder, "output"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

const PLAN = planOfRows(
  [row(1), row(2), row(3), row(4, {}, "too-young"), row(5, {}, "absent"), row(6, {}, "time-unreadable")],
  { unmatched: [{ input: "protect", entry: "e" }] },
);
const CLAIMS = { iss: "i", sub: "s", aud: "a", jobWorkflowRef: "j", kid: "k" };
const IDENTITY = { roleArn: "r", sessionName: "s", provider: "p", repository: "o/r", claims: CLAIMS };
const REFUSED = apiFailure("Sts.UnauthorizedOperation", "m", { requestId: "r", status: 200 });

/** Records that together have all fields. */
const RECORDS: readonly RunRecord[] = [
  {
    ...deletion(
      [
        [1, deleted],
        [2, notDeleted("remaining", "X")],
        [3, notDeleted("skipped", "Sts.X")],
        [5, absent(true)],
      ],
      { stoppedBy: REFUSED, listing: listing([2], REFUSED), unexpectedValues: ["v"] },
      PLAN,
    ),
    inputs: selection({ warnings: [{ level: "warning", title: "t", message: "m" }] }),
    calls: [attempt({ code: "c" })],
    identity: IDENTITY,
  },
  { ...notListed(listing([1], REFUSED)), identity: IDENTITY, calls: [attempt()] },
  { ...wrongInputs("m"), crash: "c" },
  record({ crash: "c", plan: PLAN, inputs: selection() }),
  record({ refusal: { kind: "accounts", found: ["f"], allowed: ["a"] }, plan: PLAN }),
  record({ refusal: { kind: "too-many", planned: 2, max: 1 }, plan: planOfIds([1, 2], listing([1])) }),
  { ...dryRun(PLAN), inputs: selection({ dryRun: true, protection: { domains: ["p"], ids: new Set([1]) } }) },
];

/** `value` with `secret` in every text but our own words; the login and the endpoint are as they are. */
function filled<T>(value: T, secret: (text: string) => string): T {
  const fill = (part: unknown, name = ""): unknown => {
    if (typeof part === "string") return OWN_WORDS.has(part) ? part : secret(part);
    if (typeof part !== "object" || part === null || /^(login|endpoint|comment)$/.test(name)) return part;
    if (part instanceof Map) return new Map([...part].map(([key, item]) => [key, fill(item)]));
    if (part instanceof Set) return new Set([...part].map((item) => fill(item)));
    if (Array.isArray(part)) return part.map((item) => fill(item));
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, fill(item, key)]));
  };
  return fill(value) as T;
}

/** Every byte of all files and texts of a run. */
async function allBytes(given: RunRecord, secret: string): Promise<string> {
  await using github = await startGitHubEmulator();
  const redactor = redactorOf(secret);
  const http = createHttpClient({});
  const printed = new Log(redactor);
  const env = {
    ...github.environment,
    GITHUB_REPOSITORY: "octo-org/octo-repo",
    GITHUB_EVENT_PATH: join(folder, "event.json"),
    GITHUB_STEP_SUMMARY: join(folder, "summary"),
    RUNNER_TEMP: folder,
  };
  if (given.inputs) printed.start(given.inputs);
  if (given.plan) printed.plan(given.plan, given.inputs ?? inputs());
  for (const call of given.calls) printed.onAttempt(call);
  for (const failure of [given.execution?.stoppedBy ?? REFUSED]) {
    printed.onFailure(1, failure, false);
    printed.onFailure(2, failure, true);
    printed.onRetry(attempt({ requestId: failure.requestId }), failure, 1);
  }
  saveReport(given, { redactor, env });
  await publish(given, { redactor, env, log: printed, http, comment: { token: github.token } });
  expect(github.comments).toHaveLength(1);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(["report.json", "summary", "output"]));
  const texts = files.map(({ name, parentPath }) => readFileSync(join(parentPath, name), "utf8"));
  return [log, github.comments[0]?.body ?? "", ...texts].join("\n");
}

const entitiesOf = (secret: string): string => secret.replace(/[^a-z0-9]/gi, (each) => `&#${each.codePointAt(0)};`);

describe.each([
  ["with characters of Markdown", "p_a*ss|w<o>r`d/+="],
  ["with characters that JSON escapes", 'quo"te\\back\u00e9'],
  ["with blanks", "two  words"],
  ["that is long", "t0ken".repeat(80)],
])("a secret %s", (_name, secret) => {
  const forms = [
    secret,
    secret.slice(0, 8),
    JSON.stringify(secret).slice(1, -1),
    entitiesOf(secret),
    encodeURIComponent(secret),
  ];
  const around = (text: string): string =>
    `${text} ${"x ".repeat(45)}${secret} ${"y ".repeat(98)}${secret} ${"z ".repeat(90)}${secret}`;

  test.each(RECORDS.map((given, index) => [index, given] as const))(
    "is nowhere in what record %i leaves",
    async (_index, given) => {
      for (const fill of [() => secret, around]) {
        const bytes = await allBytes(filled(given, fill), secret);
        for (const form of forms) expect(bytes).not.toContain(form);
        expect(bytes.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))).not.toContain(secret);
      }
    },
  );
});

test("a token that stands where a text is cut does not show in part", async () => {
  const secret = "ghs_0123456789abcdefghijklmnopqrstuvwxyz";
  for (let length = 230; length <= 300; length += 5) {
    const bytes = await allBytes(
      filled(RECORDS[0] as RunRecord, () => `${"x".repeat(length)}${secret}`),
      secret,
    );
    expect(bytes).not.toMatch(/ghs_|0123456/);
  }
});

test.each([60, 120, 600, 950])(
  "a secret of %d characters that only GitHub knows, in the wrong input, is shown whole or not at all: it masks no part",
  async (length) => {
    const secret = "aB3_".repeat(length / 4);
    const plan = planOfRows([row(1)], { unmatched: [{ input: "protect", entry: secret }] });
    const given = selection({ protection: { domains: [secret], ids: new Set() } });
    const pasted = { ...given, target: { kind: "selection", rules: { domains: ["*"], remarks: [secret] } } } as const;
    const bytes = await allBytes({ ...dryRun(plan), inputs: pasted }, "other");
    expect(bytes.replaceAll(secret, "***")).not.toContain("aB3_");
  },
);

test.each([
  "12",
  "123",
  "1234",
  "deleted",
  "outcome",
  "csrs",
  "ids",
  "deletion",
  "error",
  "remaining",
  "plan",
  "name",
  "delete",
])("that is %j does not break the report file or the outputs", async (secret) => {
  const given = deletion([
    [1123, deleted],
    [1234, notDeleted("remaining", "X")],
  ]);
  const bytes = await allBytes({ ...given, inputs: inputs() }, secret);
  // The saved one, and that of the result.
  for (const name of ["csr-report-1", "csr-report-2"])
    expect(JSON.parse(readFileSync(join(folder, name, "report.json"), "utf8"))).toMatchObject({
      csrs: [
        { id: 1123, decision: "delete", outcome: "deleted" },
        { id: 1234, decision: "delete", outcome: "remaining" },
      ],
    });
  expect(bytes).toMatch(/deleted-csr-ids<<[^\n]+\n\[1123\]\n/);
});

test("all words of ours are known to the redaction as such", () => {
  const used = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const isCollection = value instanceof Map || value instanceof Set || Array.isArray(value);
    for (const [name, part] of isCollection ? [...value.values()].map((item) => ["", item]) : Object.entries(value)) {
      if (/^(kind|decision|name|level|source|onAbsent|lookUp|from|action)$/.test(name) && part !== "X") used.add(part);
      collect(part);
    }
  };
  for (const given of RECORDS) collect(given);
  collect(inputs());
  expect(used.size).toBeGreaterThan(15);
  expect([...used].filter((word) => !OWN_WORDS.has(word))).toEqual([]);
});
