/** Selection, guards and the plan, with the built action. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DEMO_CREDENTIALS, type EmulatorOptions, startEmulator } from "../emulator/emulator.ts";
import { runAction } from "../support/run-action.ts";

const DAY_MS = 86_400_000;
/** `YYYY-MM-DD HH:mm:ss`, so many days ago. */
const daysAgo = (days: number): string =>
  new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 19).replace("T", " ");

const csr = (id: number, domain: string, days: number, remarks = "") => ({
  Id: id,
  Domain: domain,
  CreateTime: daysAgo(days),
  Remarks: remarks,
});

const CSRS = [
  csr(1, "shop.example.com", 400),
  csr(2, "shop.example.com", 200),
  csr(3, "shop.example.com", 10),
  csr(4, "www.example.com", 300, "keep | <b>@octocat</b>"),
  csr(5, "old.example.com", 500),
  csr(6, "example.org", 500),
];

async function select(
  inputs: Readonly<Record<string, string>>,
  options: EmulatorOptions = {},
  files: Readonly<Record<string, string>> = {},
) {
  await using emulator = await startEmulator({ csrs: CSRS, ...options });
  const run = await runAction({
    inputs: {
      "secret-id": DEMO_CREDENTIALS.secretId,
      "secret-key": DEMO_CREDENTIALS.secretKey,
      endpoint: emulator.url,
      ...inputs,
    },
    files,
  });
  const list = (name: string): readonly number[] => JSON.parse(run.outputs[name] || "[]") as number[];
  return {
    ...run,
    planned: list("planned-csr-ids"),
    deleted: list("deleted-csr-ids"),
    left: [...emulator.inventory].sort((a, b) => a - b),
    requests: emulator.requests,
  };
}

interface Row {
  readonly id: number;
  readonly decision: string;
}
const decisions = (report: unknown): Record<number, string> =>
  Object.fromEntries((report as { csrs: readonly Row[] }).csrs.map(({ id, decision }) => [id, decision]));

describe.concurrent("a selection", () => {
  test("deletes what all rules allow, and reports why the rest is kept", async () => {
    const run = await select({ domains: "*.example.com\n!old.*", "older-than": "90d", "keep-newest": "1" });
    expect(run).toMatchObject({ exitCode: 0, planned: [1, 2], deleted: [1, 2], left: [3, 4, 5, 6] });
    expect(decisions(run.report)).toEqual({ 1: "delete", 2: "delete", 3: "too-young", 4: "newest", 5: "excluded" });
  });

  // The API does not say which zone its times are in.
  test.each([-12, 0, 8])("whose times are %i hours ahead of UTC deletes nothing that is younger", async (zone) => {
    const aged = (id: number, hours: number) => csr(id, "a.example.com", (hours - zone) / 24);
    const csrs = [aged(1, 1), aged(2, 23), aged(3, 25), aged(4, 24 + 20 + 1)];
    const run = await select({ domains: "*", "older-than": "24h" }, { csrs });
    expect(run).toMatchObject({ exitCode: 0, deleted: { "-12": [4, 3], 0: [4], 8: [4] }[zone] });
  });

  test("in a dry run shows the plan, and its IDs delete exactly that", async () => {
    const rules = { domains: "*.example.com", "older-than": "90d", "dry-run": "true" };
    const plan = await select(rules);
    expect(plan).toMatchObject({ exitCode: 0, planned: [5, 1, 2, 4], deleted: [], left: [1, 2, 3, 4, 5, 6] });
    expect(plan.summary).toContain("shop.example.com");
    // Foreign text is in code spans.
    expect(plan.summary.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, "")).not.toMatch(/@octocat|<b>/);
    const run = await select({ "csr-ids": plan.outputs["planned-csr-ids"] ?? "" });
    expect(run).toMatchObject({ exitCode: 0, deleted: [5, 1, 2, 4], left: [3, 6] });
  });

  test("may find nothing", async () => {
    const run = await select({ domains: "nothing.example.net", "keep-newest": "0" });
    expect(run).toMatchObject({ exitCode: 0, planned: [], deleted: [], left: [1, 2, 3, 4, 5, 6] });
    expect(run.outputs["planned-csr-ids"]).toBe("[]");
  });

  test.each([
    ["is not permitted", { permissions: { actions: { DescribeCSRSet: false } } }],
    ["is inconsistent", { listing: { totalOffset: 1 } }],
    ["fails", { faults: [{ action: "DescribeCSRSet", fault: { kind: "api-error", code: "InternalError" } }] }],
  ] satisfies [string, EmulatorOptions][])(
    "deletes nothing when the listing %s, and says why",
    async (_name, options) => {
      const run = await select({ domains: "*", "keep-newest": "0" }, options);
      expect(run).toMatchObject({ exitCode: 1, deleted: [], left: [1, 2, 3, 4, 5, 6] });
      expect(run.outputs["planned-csr-ids"]).toBe("");
      expect(run.outputs["deleted-count"]).toBe("");
      expect(run.summary).toContain("The CSRs could not be listed");
      expect(run.requests.some(({ action }) => action === "BatchDeleteCSR")).toBe(false);
    },
  );

  test("leaves its plan in the log and in the report file before it deletes", async () => {
    let reportAtDeletion = "";
    let temp = "";
    await using emulator = await startEmulator({
      csrs: CSRS,
      onRequest({ action }) {
        if (action === "BatchDeleteCSR") reportAtDeletion = readFileSync(`${temp}/csr-report-1/report.json`, "utf8");
      },
    });
    const run = await runAction({
      inputs: {
        domains: "example.org",
        "older-than": "90d",
        "secret-id": DEMO_CREDENTIALS.secretId,
        "secret-key": DEMO_CREDENTIALS.secretKey,
        endpoint: emulator.url,
      },
      onStart: (_child, places) => {
        temp = places.temp;
      },
    });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(reportAtDeletion)).toMatchObject({
      csrs: [{ id: 6, domain: "example.org", decision: "delete" }],
    });
    expect(run.stdout).toMatch(/Plan: [\s\S]*Deleted 1 of 1/);
  });
});

describe.concurrent("guards", () => {
  test("protected CSRs of a selection are kept", async () => {
    const run = await select({ domains: "*.example.com", "keep-newest": "0", protect: "www.*\n5" });
    expect(run).toMatchObject({ exitCode: 0, deleted: [1, 2, 3], left: [4, 5, 6] });
  });

  test.each(["2", "shop.*"])(
    "a given ID that `protect: %s` covers fails the step before any deletion",
    async (protect) => {
      const run = await select({ "csr-ids": "2, 5", protect });
      expect(run).toMatchObject({ exitCode: 1, deleted: [], left: [1, 2, 3, 4, 5, 6] });
      expect(run.stdout).toMatch(/^::error .*protect.*2/m);
    },
  );

  test("protected domains without a listing delete nothing", async () => {
    const run = await select(
      { "csr-ids": "5", protect: "shop.*" },
      { permissions: { actions: { DescribeCSRSet: false } } },
    );
    expect(run).toMatchObject({ exitCode: 1, left: [1, 2, 3, 4, 5, 6] });
    expect(run.stdout).toMatch(/^::error .*protect.*ssl:DescribeCSRSet/m);
  });

  test("more than `max-deletions` deletes nothing, and says how to raise it", async () => {
    const run = await select({ domains: "*", "keep-newest": "0", "max-deletions": "5" });
    expect(run).toMatchObject({ exitCode: 1, left: [1, 2, 3, 4, 5, 6] });
    expect(run.stdout).toContain("max-deletions: 6");
  });

  test("a selection of more than 100 needs a higher `max-deletions`", async () => {
    const many = Array.from({ length: 101 }, (_, index) => csr(index + 1, "a.example.com", 300));
    expect(await select({ domains: "*", "keep-newest": "0" }, { csrs: many })).toMatchObject({
      exitCode: 1,
      deleted: [],
    });
    expect((await select({ domains: "*", "keep-newest": "0", "max-deletions": "101" }, { csrs: many })).left).toEqual(
      [],
    );
  });
});

describe.concurrent("`protect` guards what it names", () => {
  const NAMES_11_OR_NOTHING = [
    "[11,22]",
    '["11","22"]',
    '"22"',
    "'22'",
    "22;33",
    "#22",
    "id:22",
    "22.0",
    "22-33",
    "csr/22",
    "２２",
    '["pinned.test"]',
    '"pinned.test"',
    "https://pinned.test/",
    "pinned.test:443",
    "pinned.test;b.test",
    "＊.pinned.test",
    "ｐｉｎｎｅｄ.test",
    "pinned。test。",
  ];
  test.each(NAMES_11_OR_NOTHING)("%s", async (protect) => {
    const csrs = [csr(11, "a.test", 300), csr(22, "pinned.test", 300), csr(33, "b.test", 300)];
    const run = await select({ domains: "*", "keep-newest": "0", protect }, { csrs });
    // It is an error, or what it names is kept.
    if (run.exitCode === 0) expect(run.left).toContain(22);
    else expect(run).toMatchObject({ exitCode: 1, left: [11, 22, 33], requests: [] });
  });

  test.each([
    [{ domains: "*.example.com, ！*.partner.example.com" }],
    [{ domains: "*, -pinned.test" }],
    [{ domains: "*", remarks: "*, ！keep" }],
    [{ domains: "*", remarks: "*, ! keep" }],
  ])("%j excludes nothing, so it is an error", async (inputs) => {
    const run = await select({ "keep-newest": "0", ...inputs } as Record<string, string>);
    expect(run).toMatchObject({ exitCode: 1, left: [1, 2, 3, 4, 5, 6], requests: [] });
  });

  test("an entry that matches no CSR is a warning", async () => {
    const run = await select({ domains: "*", "keep-newest": "1", protect: "pinned.test, 77" });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^::warning .*pinned\.test/m);
    expect(run.stdout).toMatch(/^::warning .*77/m);
  });
});

describe.concurrent("inputs that could widen what is deleted", () => {
  test.each([
    [{ domains: "*", "csr-ids": "1" }, "must not be given with"],
    [{ "csr-ids": "1", "older-than": "90d" }, "narrow a selection"],
    [{ domains: "*", "older-than": "" }, "older-than"],
    [{ domains: "*", "dry-run": "" }, "dry-run"],
    [{ domains: "*", "older-than": "90" }, "older-than"],
    [{ domains: "*" }, "keep-newest: 0"],
    [{ domains: "*", "dry-run": "true" }, "keep-newest: 0"],
    [{ domains: "*", "keep-newest": "1", "look-up": "false" }, "look-up"],
    [{ "csr-ids": "1", "look-up": "maybe" }, "look-up"],
    [{ "csr-ids": "1", "look-up": "" }, "look-up"],
    [{ "csr-ids": "1", "look-up": "false", protect: "*.example.com" }, "look-up"],
    [{ "csr-ids": "1", "look-up": "false", "allowed-account-ids": "1" }, "look-up"],
    [{ "csr-ids": "1", "allowed-account-ids": "mine" }, "allowed-account-ids"],
    [{ domains: "", "csr-ids": "" }, "csr-ids is blank"],
  ])("%j is an error before any call", async (inputs, text) => {
    const run = await select(inputs as unknown as Record<string, string>);
    expect(run).toMatchObject({ exitCode: 1, left: [1, 2, 3, 4, 5, 6], requests: [] });
    expect(run.stdout.replaceAll("`", "")).toContain(text);
    expect(run.outputs["planned-csr-ids"]).toBe("");
  });

  test.each([
    "max-deletes",
    "maximum-deletions",
    "is-dry-run",
    "plan-only",
    "exclude",
    "keep-latest",
    "min-age",
    "do-not-delete",
  ])("an unknown input `%s` is an error before any call", async (name) => {
    const run = await select({ "csr-ids": "1", [name]: "1" });
    expect(run).toMatchObject({ exitCode: 1, left: [1, 2, 3, 4, 5, 6], requests: [] });
    expect(run.stdout).toContain(name);
  });

  test.each(["INPUT_DRY_RUN", "INPUT_DRYRUN", "INPUT_DRY-RUNS"])(
    "%s is an error that names `dry-run`",
    async (name) => {
      await using emulator = await startEmulator({ csrs: [1] });
      const run = await runAction({
        inputs: {
          "csr-ids": "1",
          "secret-id": DEMO_CREDENTIALS.secretId,
          "secret-key": DEMO_CREDENTIALS.secretKey,
          endpoint: emulator.url,
        },
        env: { [name]: "true" },
      });
      expect(run.exitCode).toBe(1);
      expect(run.stdout).toMatch(/^::error .*dry-run/m);
      expect(emulator.requests).toHaveLength(0);
    },
  );
});
