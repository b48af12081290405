/** The figures of docs/limits.md are those by which the action works. */
import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { listCsrs } from "../src/csrs/listing.ts";
import { MAX_FILE_BYTES } from "../src/inputs/csr-ids.ts";
import { outputsOf } from "../src/report/outputs.ts";
import { evaluate } from "../src/report/verdict.ts";
import { errorInfo } from "../src/tencentcloud/errors.ts";
import type { Credentials } from "../src/tencentcloud/signature.ts";
import { MAX_IDS_PER_CALL, MAX_PAGE_SIZE } from "../src/tencentcloud/ssl.ts";
import { keylessFor } from "./credentials/keyless-for.ts";
import { KEYS, problemsOf, read, SELECTION } from "./inputs/sources.ts";
import { planOfIds, record, wrongInputs } from "./report/records.ts";
import { clientFor, never } from "./support/client-for.ts";
import { type FakeApiOptions, fakeApi } from "./support/fake-api.ts";
import { virtualClock } from "./support/virtual-clock.ts";

const document = readFileSync(new URL("../docs/limits.md", import.meta.url), "utf8");
/** Limit, and what the action does, by what is limited. */
const rows = new Map(
  document
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, what = "", limit = "", does = ""]) => [what, `${limit}; ${does}`]),
);
const unread = new Set(rows.keys());
const limitOf = (what: string): string => {
  unread.delete(what);
  return rows.get(what) ?? expect.fail(`no row about ${what}`);
};
// Each row is about something that a test here looks at.
afterAll(() => expect([...unread].filter((what) => !["What", "Run", "---"].includes(what))).toEqual([]));
const range = (length: number): number[] => Array.from({ length }, (_, index) => 1_000_000 + index);

/** Lists everything; the times at which each page was asked for, by offset. */
async function list(options: Partial<FakeApiOptions>, wanted?: ReadonlySet<number>) {
  const clock = virtualClock();
  const start = clock.monotonicNow();
  const pages: { offset: number; limit: number; ms: number }[] = [];
  const api = fakeApi({
    clock,
    inventory: [],
    ...options,
    listing(request, inventory) {
      pages.push({ ...request, ms: clock.monotonicNow() - start });
      return options.listing?.(request, inventory);
    },
  });
  const { client } = clientFor(api, clock);
  await clock.until(listCsrs({ client, clock, wanted, cancel: never, observer: { onPage: () => undefined } }));
  return pages;
}

test("IDs per call, size of a page and of a file", () => {
  expect(limitOf("IDs per API call")).toMatch(new RegExp(`^${MAX_IDS_PER_CALL};`));
  expect(limitOf("Listing")).toContain(`pages of ${MAX_PAGE_SIZE},`);
  // Of seven digits and a separator each.
  const fileIds = Math.round(MAX_FILE_BYTES / 8 / 50_000) * 50_000;
  expect(limitOf("`csr-ids-file`")).toContain(
    `${MAX_FILE_BYTES / 1024 / 1024} MiB, about ${fileIds.toLocaleString("en-US")} IDs;`,
  );
  expect(errorInfo("Response.TooLarge").meaning).toContain(limitOf("Response of the API").split(";")[0]);
});

test("calls per second, by default and without a warning", () => {
  const [rate = ""] = /^\d+(?= per second)/.exec(limitOf("API calls")) ?? [];
  expect(read()).toMatchObject({ requestsPerSecond: Number(rate), warnings: [] });
  expect(read({ "requests-per-second": `${rate}.1` }).warnings).toHaveLength(1);
});

test("entries of a list", () => {
  const what = "Entries in `domains`, `remarks`, `protect`, `allowed-account-ids`";
  const most = Number(/^[\d,]+/.exec(limitOf(what))?.[0].replaceAll(",", ""));
  const entries: Readonly<Record<string, (id: number) => string>> = {
    domains: (id) => `a${id}.com`,
    remarks: String,
    protect: String,
    "allowed-account-ids": String,
  };
  for (const [name, entry] of Object.entries(entries)) {
    const given = (count: number) => ({ ...KEYS, ...SELECTION, [name]: range(count).map(entry).join(",") });
    expect(problemsOf(given(most))).toEqual([]);
    expect(problemsOf(given(most + 1))).toHaveLength(1);
  }
});

test("deletions of a selection", () => {
  expect(limitOf("Deletions of a selection")).toMatch(new RegExp(`^${read(SELECTION).maxDeletions};`));
});

test("characters of the outputs", () => {
  const most = Number(/about ([\d,]+) characters/.exec(limitOf("Outputs of a job"))?.[1]?.replaceAll(",", ""));
  // `[`, seven digits and a comma each, `]`; the empty lists take two characters each.
  const plannedOf = (length: number) =>
    outputsOf(record({ plan: planOfIds(range(length)) }), "").values["not-deleted-csr-ids"];
  const fits = Math.floor((most - 1) / 8);
  expect(plannedOf(fits)).toHaveLength(fits * 8 + 1);
  expect(plannedOf(fits + 1)).toBe("");
});

test("annotations of a kind", () => {
  const { annotations } = evaluate(wrongInputs(...range(30).map(String)));
  expect(limitOf("Annotations")).toMatch(new RegExp(`^${annotations.length} of a kind`));
});

test("readings of a list that changes each time, and their time", async () => {
  const words = ["no", "one", "two", "three", "four", "five"];
  const changing = await list({ listing: () => ({ Total: 2, Set: [{ Id: 1 }] }) });
  const readings = changing.filter(({ offset }) => offset === 0).length;
  expect(limitOf("Listing")).toContain(` ${words[readings]} times`);
  const minutes = Number(/(\d+) minutes/.exec(limitOf("Listing"))?.[1]);
  // In each request, 7 minutes pass.
  const slow = await list({ inventory: range(20_000), latencyMs: () => 7 * 60_000 });
  const last = Math.max(...slow.map(({ ms }) => ms)) / 60_000;
  expect(last).toBeLessThanOrEqual(minutes + 7);
  expect(last).toBeGreaterThan(minutes - 7);
});

test("minutes of temporary credentials", async () => {
  const { provider, stsRequests, clock } = keylessFor();
  await clock.until(provider.current(never));
  const seconds = Number(stsRequests[0]?.parameters.DurationSeconds);
  expect(limitOf("Temporary credentials")).toMatch(new RegExp(`^${seconds / 60} minutes;`));
});

test("logins per second", async () => {
  const { provider, stsRequests, clock } = keylessFor();
  const start = clock.monotonicNow();
  const most = Number(/starts at most (\d+) per second/.exec(limitOf("Logins of the keyless login"))?.[1]);
  let credentials: Credentials | undefined;
  while (clock.monotonicNow() - start < 1_000) {
    const result = await clock.until(provider.current(never, credentials));
    credentials = result.ok ? result.value : expect.fail("no login");
  }
  // The last one is of the next second.
  expect(stsRequests).toHaveLength(most + 1);
});

/** What GitHub and its runners allow. That the action keeps to it is shown where it writes these. */
test.each([
  [
    "Text of an input",
    /^128 KiB on Linux runners, about 16,000 IDs of 7 digits; .*`csr-ids-file` for more than 10,000 IDs$/,
  ],
  ["Outputs of a job", /^1 MB;/],
  ["Job summary", /^1 MiB;/],
  ["Comment on a pull request", /^65,536 characters;/],
])("%s", (what, says) => expect(limitOf(what)).toMatch(says));

test("the calls of a run of 5,000 IDs, and how long they take", async () => {
  const [, pages = 0, deletions = 0, seconds, rate = 0] =
    /about (\d+) pages and (\d+) deletions: (\d+) seconds at (\d+) calls per second/
      .exec(limitOf("5,000 IDs in an account of 5,000 CSRs"))
      ?.map(Number) ?? [];
  const made = (await list({ inventory: range(5_000) })).length;
  expect(Math.abs(made - pages)).toBeLessThanOrEqual(1);
  expect(deletions).toBe(5_000 / MAX_IDS_PER_CALL);
  expect(rate).toBe(read().requestsPerSecond);
  expect(seconds).toBe(Math.round((pages + deletions) / rate));
  expect(limitOf("The same with `look-up: false`")).toBe(`${deletions} deletions: ${deletions / rate} seconds; `);
});

test("the calls of other runs", async () => {
  expect(limitOf("A few IDs in an account of up to 100 CSRs")).toMatch(/^one listing, one deletion;/);
  expect(await list({ inventory: range(100) }, new Set(range(3)))).toHaveLength(1);
  expect(limitOf("A re-run of a finished list")).toMatch(/^the listing;/);
  expect(limitOf("Unconfirmed IDs")).toMatch(/^the listing once more;/);
});

test("CSRs that a page brings", async () => {
  const [, overlap, more] = /overlap by (\w+) CSR, so a page brings (\d+) new ones/.exec(document) ?? [];
  const [first, second] = (await list({ inventory: range(500) })).map(({ offset }) => offset).sort((a, b) => a - b);
  expect(overlap).toBe("one");
  expect((second ?? 0) - (first ?? 0)).toBe(Number(more));
});
