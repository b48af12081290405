import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Given, KEYS, problemsOf, readResult } from "./sources.ts";

const ENV = {
  TENCENTCLOUD_SECRET_ID: "AKIDENV",
  TENCENTCLOUD_SECRET_KEY: "env-key",
  TENCENTCLOUD_TOKEN: "env-token",
};
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: "https://example.com/token", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request" };
const ROLE = { "role-arn": "qcs::cam::uin/100012345678:roleName/csr-cleanup", "oidc-provider": "github" };

const login = (given: Given, env: Given = {}) => {
  const inputs = readResult({ "csr-ids": "11", ...given }, env);
  return inputs.ok ? inputs.value.login : inputs.failure;
};
const problems = (given: Given, env: Given = {}) => problemsOf({ "csr-ids": "11", ...given }, env);

describe("a key", () => {
  test("comes from the inputs, and then nothing of it from the environment", () => {
    const credentials = { secretId: "AKIDEXAMPLE", secretKey: "example-secret-key" };
    expect(login(KEYS, ENV)).toEqual({ kind: "key", credentials, from: "inputs" });
    expect(login({ ...KEYS, "session-token": "session" }, ENV)).toEqual({
      kind: "key",
      credentials: { ...credentials, token: "session" },
      from: "inputs",
    });
  });

  test("comes from the environment if no input is given", () => {
    expect(login({}, ENV)).toEqual({
      kind: "key",
      credentials: { secretId: "AKIDENV", secretKey: "env-key", token: "env-token" },
      from: "environment",
    });
  });

  test.each([
    [{ TENCENTCLOUD_SESSION_TOKEN: "a", TENCENTCLOUD_TOKEN: "b", TENCENTCLOUD_SECURITY_TOKEN: "c" }, "a"],
    [{ TENCENTCLOUD_SESSION_TOKEN: "", TENCENTCLOUD_TOKEN: "b", TENCENTCLOUD_SECURITY_TOKEN: "c" }, "b"],
    [{ TENCENTCLOUD_TOKEN: "", TENCENTCLOUD_SECURITY_TOKEN: " c\n" }, "c"],
    [{ TENCENTCLOUD_SESSION_TOKEN: " \n", TENCENTCLOUD_TOKEN: "b" }, "b"],
  ])("has the first token that is set: %j gives %s", (tokens, token) => {
    expect(login({}, { ...ENV, ...tokens })).toMatchObject({ credentials: { token } });
  });

  test.each<[Given, Given, RegExp]>([
    [
      { "secret-id": "AKIDEXAMPLE" },
      ENV,
      /^`secret-key` is blank: a key needs `secret-id` and `secret-key`\. A secret is blank if/,
    ],
    [
      { "secret-key": "k" },
      ENV,
      /^`secret-id` is blank: a key needs `secret-id` and `secret-key`\. A secret is blank if/,
    ],
    [
      { "session-token": "t" },
      ENV,
      /^`secret-id` is blank: a key needs `secret-id` and `secret-key`\. A secret is blank if/,
    ],
    [
      {},
      { TENCENTCLOUD_SECRET_ID: "AKIDENV" },
      /^`TENCENTCLOUD_SECRET_KEY` is blank: a key needs `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`\./,
    ],
    [
      {},
      { TENCENTCLOUD_SECRET_KEY: "k" },
      /^`TENCENTCLOUD_SECRET_ID` is blank: a key needs `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`\./,
    ],
    [{}, {}, /^No credentials: give `role-arn` and `oidc-provider`, or `secret-id`.* A secret is blank if/],
  ])("with a missing part (%j, %j) is one problem", (given, env, text) => {
    const [problem, ...others] = problems(given, env);
    expect(problem).toMatch(text);
    expect(others).toEqual([]);
  });

  test("is not needed in a dry run that looks nothing up, but half a key is an error there, too", () => {
    const checks = { "dry-run": "true", "look-up": "false" };
    expect(login(checks)).toEqual({ kind: "none" });
    expect(login({ ...checks, ...KEYS })).toMatchObject({ kind: "key" });
    expect(problems({ ...checks, "secret-id": "AKIDEXAMPLE" })).toHaveLength(1);
    expect(problems({ "look-up": "false" })).toEqual([expect.stringMatching(/^No credentials/)]);
  });

  test.each(["auto", "true"])("is needed in a dry run with look-up %s, which says how to do without", (lookUp) => {
    expect(problems({ "dry-run": "true", "look-up": lookUp })).toEqual([
      expect.stringMatching(/^No credentials.*A dry run of IDs with `look-up: false` needs none/),
    ]);
  });

  test.each<[Given, RegExp]>([
    [{ "secret-id": "AK ID" }, /^`secret-id` has quotes or blanks/],
    [{ "secret-key": "hunter\n2" }, /^`secret-key` has quotes or blanks/],
    [{ "session-token": "hunter\u00a02" }, /^`session-token` has quotes or blanks/],
    [{ "secret-key": "AKIDhunter2" }, /^`secret-key` is a SecretId: give its SecretKey/],
    [{ "secret-key": "IKIDhunter2" }, /^`secret-key` is a SecretId: give its SecretKey/],
    [{ "secret-key": '"hunter2"' }, /^`secret-key` has quotes or blanks/],
    [{ "secret-id": "'hunter2'" }, /^`secret-id` has quotes or blanks/],
    [{ "secret-key": "secrets.hunter2" }, /^`secret-key` is the text of an expression/],
    [{ "secret-key": "$" + "{{ secrets.hunter2 }}" }, /^`secret-key` is the text of an expression/],
    [{ "secret-key": "$hunter2" }, /^`secret-key` is the text of an expression/],
    [{ "secret-key": "***" }, /^`secret-key` has .* or is a mask/],
  ])("%j cannot work, and is not shown", (given, text) => {
    const [problem] = problems({ ...KEYS, ...given });
    expect(problem).toMatch(text);
    expect(problem).not.toContain("hunter");
  });

  test("in the environment is checked in the same way", () => {
    expect(problems({}, { ...ENV, TENCENTCLOUD_SECRET_KEY: "AKIDhunter2" })).toEqual([
      expect.stringMatching(/^`TENCENTCLOUD_SECRET_KEY` is a SecretId/),
    ]);
  });
});

describe("the keyless login", () => {
  test("takes role, provider and audience, and looks at no key in the environment", () => {
    expect(login(ROLE, { ...OIDC, ...ENV })).toEqual({
      kind: "keyless",
      roleArn: ROLE["role-arn"],
      provider: "github",
      audience: "sts.tencentcloudapi.com",
    });
    const longest = {
      "role-arn": `qcs::cam::uin/1:roleName/${"x".repeat(128)}`,
      "oidc-provider": "x".repeat(128),
      "oidc-audience": `https://example.com/${"x".repeat(235)}`,
    };
    expect(login(longest, OIDC)).toMatchObject({ kind: "keyless", audience: longest["oidc-audience"] });
  });

  test("does not go with a key", () => {
    expect(problems({ ...ROLE, ...KEYS }, OIDC)).toEqual(["`role-arn` must not be given with `secret-id`."]);
    expect(problems({ ...ROLE, "session-token": "t" }, OIDC)).toHaveLength(1);
  });

  test.each([
    "arn:aws:iam::123456789012:role/csr",
    "acs:ram::123456789012:role/csr",
    "qcs::cam::uin/100:role/4611686018427397919",
    "qcs::cam::uin/100:oidc-provider/github",
    "qcs::cam::uin/<uin>:roleName/csr",
    "qcs::cam::uin/100:roleName/my role",
    "qcs::cam::uin/100:roleName/",
    "csr-cleanup",
    "qcs::cam::uin/100:roleName/csr\u00a0x",
    `qcs::cam::uin/100:roleName/${"x".repeat(129)}`,
    "xqcs::cam::uin/100:roleName/csr",
    "qcs::cam::uin/100:roleName/csr:x",
  ])("%s is no role", (roleArn) => {
    const [problem, ...others] = problems({ ...ROLE, "role-arn": roleArn }, OIDC);
    expect(problem).toMatch(/^`role-arn` must be `qcs::cam::uin\/<account ID>:roleName\/<role name>`, not /);
    expect(others).toEqual([]);
  });

  test.each(["my provider", "qcs::cam::uin/1:oidc-provider/p", "https://token.actions.githubusercontent.com"])(
    "%s is no name of a provider",
    (provider) => {
      expect(problems({ ...ROLE, "oidc-provider": provider }, OIDC)).toEqual([
        expect.stringMatching(/^`oidc-provider` must be the name of the identity provider/),
      ]);
    },
  );

  test.each(["a b", "audiencé", "x".repeat(256)])("%s is no audience", (audience) => {
    expect(problems({ ...ROLE, "oidc-audience": audience }, OIDC)).toEqual([
      expect.stringMatching(/^`oidc-audience` must be a client ID of the provider in CAM, not /),
    ]);
  });

  test("needs role and provider", () => {
    expect(problems({ "role-arn": ROLE["role-arn"] }, OIDC)).toEqual([
      "`oidc-provider` is blank: the keyless login needs `role-arn` and `oidc-provider`.",
    ]);
    expect(problems({ "oidc-provider": "github" }, { ...OIDC, ...ENV })).toEqual([
      "`role-arn` is blank: the keyless login needs `role-arn` and `oidc-provider`.",
    ]);
  });

  test("needs a job that may request an OIDC token, unless there is nothing to do", () => {
    const text = /ACTIONS_ID_TOKEN_REQUEST_URL.*`permissions: id-token: write`.*those of the job replace.*forks/;
    expect(problems(ROLE)).toEqual([expect.stringMatching(text)]);
    expect(problems({ ...ROLE, "dry-run": "true" })).toHaveLength(1);
    expect(problems({ ...ROLE, "csr-ids": "[]" })).toEqual([]);
  });
});

describe("a blank secret is explained", () => {
  const problem = (actor: string, event: string) => {
    const folder = mkdtempSync(join(tmpdir(), "login-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "event.json"), event);
    return problems(
      { "secret-id": "AKIDEXAMPLE" },
      { GITHUB_ACTOR: actor, GITHUB_EVENT_PATH: join(folder, "event.json") },
    );
  };
  const pullRequest = (from: string) =>
    JSON.stringify({
      pull_request: { number: 1, head: { sha: "0123abc", repo: { full_name: from } } },
      repository: { full_name: "octo/release" },
    });
  const text = "`secret-key` is blank: a key needs `secret-id` and `secret-key`.";

  test("a pull request from a fork gets none", () => {
    expect(problem("octocat", pullRequest("stranger/release"))).toEqual([
      `${text} A run for a pull request from a fork gets no secrets.`,
    ]);
  });

  test("Dependabot gets none of Actions", () => {
    expect(problem("dependabot[bot]", pullRequest("octo/release"))).toEqual([
      `${text} A run by Dependabot gets no Actions secrets.`,
    ]);
  });

  test.each([pullRequest("octo/release"), "{}", "{", ""])("%s gives the usual reasons", (event) => {
    expect(problem("octocat", event)).toEqual([
      expect.stringMatching(/A secret is blank if its name is misspelt.*another environment/),
    ]);
  });
});

test("a key may have the beginning of a SecretId within it", () => {
  const key = "secret-AKID-key";
  expect(login({ ...KEYS, "secret-key": key })).toMatchObject({ credentials: { secretKey: key } });
});

test.each(Object.entries(OIDC))("%s alone is no way to an OIDC token", (name, value) => {
  expect(problems(ROLE, { [name]: value }).join()).toContain("needs an OIDC token");
  expect(problems(ROLE, OIDC)).toEqual([]);
});
