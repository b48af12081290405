import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO_CREDENTIALS } from "./credentials.ts";
import { parseIds } from "./ids.ts";
import { type ApiResponse, call, deleteCsrs } from "./signed-request.ts";

const CLI = fileURLToPath(new URL("cli.ts", import.meta.url));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command until `isDone`, which gets all the output so far, returns true. */
async function run(args: readonly string[], isDone: (output: string) => Promise<boolean> | boolean): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", async (chunk) => {
    output += chunk;
    if (await isDone(output)) child.kill("SIGINT");
  });
  const code = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}

describe("IDs", () => {
  test.each<[string, number[]]>([
    ["", []],
    ["11", [11]],
    ["11-13, 99", [11, 12, 13, 99]],
    ["5-5", [5]],
  ])("%j", (list, ids) => {
    expect(parseIds(list)).toEqual(ids);
  });

  test.each(["x", "1-", "3-1", "0", "1,,2", "1-9999999", "9007199254740993"])("%j is refused", (list) => {
    expect(() => parseIds(list)).toThrow(`is ${list === "1-9999999" ? "more than" : "not an ID"}`);
  });
});

describe("the command", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "emulator-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test("serves, logs, and ends with 0 on a signal", async () => {
    const options = '{"faults":[{"requests":[2],"fault":{"kind":"api-error","code":"InternalError"}}]}';
    const args = ["--port=0", "--csrs=11-13", "--log", "--options", options];
    let called = false;
    const { code, out, err } = await run(args, async (output) => {
      const [url] = /http:\S+/.exec(output) ?? [];
      if (url === undefined || called) return output.includes("#2");
      called = true;
      await deleteCsrs(url, [11, 99]);
      await deleteCsrs(url, [12]);
      return false;
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^export TENCENTCLOUD_SECRET_ID=AKIDEXAMPLE\S+\nexport TENCENTCLOUD_SECRET_KEY=example\S+$/m);
    expect(out).toMatch(/#1 BatchDeleteCSR ok 1 of 2 deleted [0-9a-f-]{36}\n.*#2 BatchDeleteCSR InternalError 0 of 1/);
  });

  test("starts all emulators, and prints the variables that a client needs", async () => {
    const records = join(directory, "records.json");
    writeFileSync(records, '[{"Id":11,"Domain":"example.com"}]');
    const args = ["--port=0", `--records=${records}`, "--oidc", "--github", "--session-token=t"];
    let page: ApiResponse = {};
    const { code, out, err } = await run(args, async (output) => {
      const [url = ""] = /http:\S+/.exec(output) ?? [];
      if (!output.includes("Stop it")) return false;
      page = await call(url, "DescribeCSRSet", { credentials: { ...DEMO_CREDENTIALS, token: "t" } });
      return true;
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const names = [
      "ACTIONS_ID_TOKEN_REQUEST_URL",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "GITHUB_API_URL",
      "GITHUB_TOKEN",
      "TENCENTCLOUD_SESSION_TOKEN",
    ];
    for (const name of names) expect(out).toMatch(new RegExp(`^export ${name}=\\S+$`, "m"));
    expect(out).toMatch(/provider github, role qcs::cam::uin\/\d+:roleName\/\S+, for repo:/);
    expect(page).toMatchObject({ Total: 1, Set: [{ Domain: "example.com" }] });
  });

  test("explains itself", async () => {
    const { code, out } = await run(["--help"], () => false);
    expect(code).toBe(0);
    expect(out).toContain("Usage: npm run emulator");
  });

  test("ends with 2 on a wrong option, and names it", async () => {
    const { code, out, err } = await run(["--bad"], () => false);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^emulator: Unknown option '--bad'/);
  });

  test("ends with 1 if it cannot listen", async () => {
    const { code, err } = await run(["--options", '{"host":"192.0.2.1"}'], () => false);
    expect(code).toBe(1);
    expect(err).toMatch(/^emulator: .*EADDRNOTAVAIL/);
  });
});
