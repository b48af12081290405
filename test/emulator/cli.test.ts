import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCliOptions, parseIds } from "./cli-options.ts";
import { parseFaultRules } from "./fault-file.ts";
import { parseRecords } from "./record-file.ts";
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

describe("options", () => {
  test("have defaults", () => {
    const { emulator, log, quiet } = parseCliOptions([]);
    expect(emulator).toMatchObject({ port: 8970, requestsPerSecond: 10, unknownIds: "leave-out" });
    expect([log, quiet]).toEqual([false, false]);
  });

  test("reach the emulator", () => {
    const args = "--port=0 --host=::1 --csrs=1-3 --kept=2 --denied=3 --deny-action=DescribeCSRSet --unknown-ids=refuse";
    const more = "--requests-per-second=2 --latency=5-9 --clock-skew=-7 --session-token=t --log --quiet";
    const options = parseCliOptions([...args.split(" "), ...more.split(" ")]);
    expect(options).toMatchObject({ log: true, quiet: true, help: false });
    expect(options.emulator).toEqual({
      port: 0,
      host: "::1",
      csrs: [1, 2, 3],
      keptIds: [2],
      permissions: { actions: { DescribeCSRSet: false }, deniedCsrs: [3] },
      unknownIds: "refuse",
      requestsPerSecond: 2,
      latencyMs: { min: 5, max: 9 },
      clockSkewMs: -7,
      credentials: expect.objectContaining({ token: "t" }),
    });
  });

  test("start the other emulators", () => {
    const args = "--port=0 --oidc --repository=o/r --environment=e --immutable-subject --sts-lifetime=60";
    const more = "--sts-subject=a --sts-subject=b --github --pull-request=7 --github-permission=read";
    const { oidc, sts, github } = parseCliOptions([...args.split(" "), ...more.split(" ")]);
    expect(oidc).toEqual({ port: 0, repository: "o/r", environment: "e", subjectForm: "immutable" });
    expect(sts).toEqual({ options: { subject: ["a", "b"], lifetimeSeconds: 60 } });
    expect(github).toEqual({ port: 0, repository: "o/r", pullRequests: { 7: {} }, permission: "read" });
  });

  test("give each server a port of its own", () => {
    const { emulator, oidc, github } = parseCliOptions(["--oidc", "--github", "--github-port=1234"]);
    expect([emulator.port, oidc?.port, github?.port]).toEqual([8970, 8971, 1234]);
  });

  test.each<[string, string]>([
    ["--prot=1", "Unknown option '--prot'"],
    ["--port=x", '--port: "x" is not an integer'],
    ["--port=65536", "--port: 65536 is more than 65535"],
    ["--requests-per-second=0", "--requests-per-second: 0 is less than 1"],
    ["--latency=9-5", '--latency: "9-5" ends before it begins'],
    ["--csrs=a", '--csrs: "a" is not an ID or a range of IDs'],
    ["--deny-action=x", '--deny-action: "x" is not one of BatchDeleteCSR, DescribeCSRSet'],
    ["--unknown-ids=x", '--unknown-ids: "x" is not one of leave-out, refuse'],
    ["--faults=/nowhere.json", "--faults /nowhere.json: ENOENT"],
    ["--records=/nowhere.json", "--records /nowhere.json: ENOENT"],
    ["--repository=a/b", "--repository: needs --oidc or --github"],
    ["--oidc --repository=a", '--repository: "a" is not of the form owner/name'],
    ["--environment=production", "--environment: needs --oidc"],
    ["--sts-role=x", "--sts-role: needs --oidc or --sts-jwks"],
    ["--sts-issuer=x", "--sts-issuer: needs --sts-jwks"],
    ["--oidc --sts-jwks=x", "--sts-jwks: needs to be without --oidc"],
    ["--sts-jwks=x", "--sts-jwks: needs --sts-subject"],
    ["--oidc --sts-lifetime=0", "--sts-lifetime: 0 is less than 1"],
    ["--pull-request=1", "--pull-request: needs --github"],
    ["--github --pull-request=0", "--pull-request: 0 is less than 1"],
    ["--github --github-permission=all", '--github-permission: "all" is not one of write, read, none'],
  ])("%s is refused", (arg, message) => {
    expect(() => parseCliOptions(arg.split(" "))).toThrow(message);
  });
});

describe("a file of faults", () => {
  test("holds rules", () => {
    const rules = [
      {
        action: "BatchDeleteCSR",
        requests: { from: 2 },
        csrIds: [1],
        times: 1,
        fault: { kind: "reset", effect: true },
      },
    ];
    expect(parseFaultRules(JSON.stringify(rules))).toEqual(rules);
  });

  test.each<[string, string]>([
    ["[", "it is not JSON"],
    ["{}", "it must hold a JSON array of rules"],
    ["[1]", "rule 1: it is not an object"],
    ['[{"fault":{"kind":"reset"}},{}]', 'rule 2: "fault" needs a "kind": api-error, reset'],
    ['[{"fault":{"kind":"explode"}}]', 'rule 1: "fault" needs a "kind"'],
    ['[{"fault":{"kind":"reset","ms":1}}]', 'rule 1: a fault of the kind "reset" has no field "ms"'],
    ['[{"fault":{"kind":"http"}}]', 'rule 1: a fault of the kind "http" needs "status"'],
    ['[{"request":[1],"fault":{"kind":"reset"}}]', 'rule 1: there is no field "request"'],
    ['[{"requests":1,"fault":{"kind":"reset"}}]', 'rule 1: "requests" is'],
    ['[{"csrIds":1,"fault":{"kind":"reset"}}]', 'rule 1: "csrIds" is'],
    ['[{"action":"X","fault":{"kind":"reset"}}]', 'rule 1: "action" is'],
  ])("%s is refused", (file, message) => {
    expect(() => parseFaultRules(file)).toThrow(message);
  });
});

describe("a file of records", () => {
  test("holds records, in which fields can be omitted", () => {
    expect(parseRecords('[{"Id":11},{"Id":12,"Remarks":null}]')).toEqual([{ Id: 11 }, { Id: 12, Remarks: null }]);
  });

  test.each<[string, string]>([
    ["[", "it is not JSON"],
    ["{}", "it must hold a JSON array of records"],
    ["[1]", "record 1: it is not an object"],
    ['[{"Id":1},{}]', 'record 2: "Id" is not an integer'],
    ['[{"Id":1,"domain":"x"}]', 'record 1: there is no field "domain"'],
  ])("%s is refused", (file, message) => {
    expect(() => parseRecords(file)).toThrow(message);
  });
});

describe("the command", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "emulator-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test("serves, logs, and ends with 0 on a signal", async () => {
    const faults = join(directory, "faults.json");
    writeFileSync(faults, '[{"requests":[2],"fault":{"kind":"api-error","code":"InternalError"}}]');
    const args = ["--port=0", "--csrs=11-13", "--log", `--faults=${faults}`];
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
    const args = ["--port=0", `--records=${records}`, "--oidc", "--github", "--sts-role=qcs::cam::uin/1:roleName/r"];
    let page: ApiResponse = {};
    const { code, out, err } = await run(args, async (output) => {
      const [url = ""] = /http:\S+/.exec(output) ?? [];
      if (!output.includes("Stop it")) return false;
      page = await call(url, "DescribeCSRSet");
      return true;
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const names = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GITHUB_API_URL", "GITHUB_TOKEN"];
    for (const name of names) expect(out).toMatch(new RegExp(`^export ${name}=\\S+$`, "m"));
    expect(out).toContain("provider github, role qcs::cam::uin/1:roleName/r");
    expect(page).toMatchObject({ Total: 1, Set: [{ Domain: "example.com" }] });
  });

  test("can be quiet", async () => {
    const { code, out } = await run(["--port=0", "--quiet"], () => true);
    expect([code, out]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/)]);
  });

  test("explains itself", async () => {
    const { code, out } = await run(["--help"], () => false);
    expect(code).toBe(0);
    expect(out).toContain("Examples:");
  });

  test("ends with 2 on a wrong option, and names it", async () => {
    const { code, out, err } = await run(["--bad"], () => false);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^emulator: Unknown option '--bad'/);
  });

  test("ends with 1 if it cannot listen", async () => {
    const { code, err } = await run(["--host=192.0.2.1"], () => false);
    expect(code).toBe(1);
    expect(err).toMatch(/^emulator: .*EADDRNOTAVAIL/);
  });
});
