/** The figures of docs/limits.md are those by which the action works. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { listCsrs } from "../src/csrs/listing.ts";
import { MAX_FILE_BYTES } from "../src/inputs/csr-ids.ts";
import { outputsOf } from "../src/report/outputs.ts";
import { evaluate } from "../src/report/verdict.ts";
import { errorInfo } from "../src/tencentcloud/errors.ts";
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
const limitOf = (what: string): string => rows.get(what) ?? expect.fail(`no row about ${what}`);
const range = (length: number): number[] => Array.from({ length }, (_, index) => 1_000_000 + index);

/** Lists everything; the times at which each page was asked for, by offset. */
async function list(options: Partial<FakeApiOptions>) {
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
  await clock.until(listCsrs({ client, clock, cancel: never, observer: { onPage: () => undefined } }));
  return pages;
}

test("IDs per call, size of a page and of a file", () => {
  expect(limitOf("IDs per API call")).toMatch(new RegExp(`^${MAX_IDS_PER_CALL};`));
  expect(limitOf("Listing")).toContain(`pages of ${MAX_PAGE_SIZE},`);
  expect(limitOf("`csr-ids-file`")).toContain(`${MAX_FILE_BYTES / 1024 / 1024} MiB`);
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

test("pages and deletions of 5,000 IDs", async () => {
  const what = limitOf("5,000 IDs in an account of 5,000 CSRs");
  const [, pages, deletions] = /about (\d+) pages and (\d+) deletions/.exec(what) ?? [];
  const made = (await list({ inventory: range(5_000) })).length;
  expect(Math.abs(made - Number(pages))).toBeLessThanOrEqual(1);
  expect(Number(deletions)).toBe(5_000 / MAX_IDS_PER_CALL);
});
