import { describe, expect, test } from "vitest";
import { readComment, readInputs, readSecrets } from "../../src/inputs/inputs.ts";
import { textOf } from "../../src/inputs/reader.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { DEFAULTS, envOf, KEYS, problemOf, problemsOf, read, SELECTION } from "./sources.ts";

test("a step that gives no more than it must has the documented defaults", () => {
  const sts = { origin: "https://sts.intl.tencentcloudapi.com", host: "sts.intl.tencentcloudapi.com" };
  expect(read()).toEqual({
    target: { kind: "ids", ids: [11], duplicates: 0 },
    protection: { domains: [], ids: new Set() },
    allowedAccountIds: new Set(),
    maxDeletions: undefined,
    lookUp: "auto",
    login: {
      kind: "key",
      credentials: { secretId: "AKIDEXAMPLE", secretKey: "example-secret-key" },
      from: "inputs",
    },
    endpoint: {
      origin: "https://ssl.intl.tencentcloudapi.com",
      host: "ssl.intl.tencentcloudapi.com",
      loopback: false,
      sts,
    },
    dryRun: false,
    requestsPerSecond: 10,
    onAbsent: "warn",
    comment: false,
    warnings: [],
  });
});

test("inputs come from the variables that the runner sets, trimmed", () => {
  expect([textOf({ "INPUT_CSR-IDS": " 11\n" }, "csr-ids"), textOf({}, "csr-ids")]).toEqual(["11", ""]);
});

describe("a blank input that has a default is an error, and not its default", () => {
  const withDefault = [...DEFAULTS].filter(([, text]) => text !== "");
  test.each(withDefault)("%s", (name) => {
    expect(problemOf({ [name]: " " })).toContain(`\`${name}\` is blank: check the expression, or leave the input out.`);
  });

  test("so is a missing one, as where a shell has dropped all variables with a hyphen", () => {
    const inputs = readInputs({ INPUT_DOMAINS: "*", INPUT_REMARKS: "*", INPUT_PROTECT: "none" }, new Redactor());
    expect(inputs.ok || inputs.failure.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^`dry-run` is blank/),
        expect.stringMatching(/^`older-than` is blank/),
        expect.stringMatching(/^`max-deletions` is blank/),
      ]),
    );
  });
});

describe("dry-run", () => {
  test.each(["true", "True", "TRUE"])("%s is true", (text) => expect(read({ "dry-run": text }).dryRun).toBe(true));
  test.each(["false", "False", "FALSE"])("%s is false", (text) => expect(read({ "dry-run": text }).dryRun).toBe(false));
  test.each(["yes", "1", "tRUE", "on", "xtrue", "truex", "falsey"])("%s is an error", (text) =>
    expect(problemOf({ "dry-run": text })).toBe(`\`dry-run\` must be \`true\` or \`false\`, not \`${text}\`.`),
  );
});

describe("requests-per-second", () => {
  test.each([
    ["0.1", 0.1],
    ["100", 100],
    ["2.5", 2.5],
  ])("may be %s", (text, rate) => expect(read({ "requests-per-second": text }).requestsPerSecond).toBe(rate));

  test.each(["0", "0.09", "100.1", "-1", "1e1", "x", "1,5", "Infinity", "NaN"])("may not be %s", (text) =>
    expect(problemOf({ "requests-per-second": text })).toBe(
      `\`requests-per-second\` must be a number from 0.1 to 100, not \`${text}\`.`,
    ),
  );
});

test("on-absent is one of three", () => {
  expect(["ignore", "warn", "fail"].map((text) => read({ "on-absent": text }).onAbsent)).toEqual([
    "ignore",
    "warn",
    "fail",
  ]);
  expect(problemOf({ "on-absent": "Warn" })).toBe("`on-absent` must be `ignore`, `warn` or `fail`, not `Warn`.");
});

describe("max-deletions", () => {
  test("is 100 for a selection, and no limit for IDs, unless given", () => {
    expect(read(SELECTION).maxDeletions).toBe(100);
    expect(read({}).maxDeletions).toBeUndefined();
    expect(read({ "max-deletions": "7" }).maxDeletions).toBe(7);
    expect(read({ ...SELECTION, "max-deletions": "500" }).maxDeletions).toBe(500);
  });

  test.each(["0", "-1", "1.5", "1e3", "1000000000", "all", "none"])("may not be %s", (text) =>
    expect(problemOf({ "max-deletions": text })).toBe(
      `\`max-deletions\` must be a whole number from 1, or \`auto\`, not \`${text}\`.`,
    ),
  );
});

describe("the comment on the pull request", () => {
  test("needs a token", () => {
    const comment = { "comment-on-pull-request": "true" };
    expect(read({ ...comment, "github-token": "ghs_example" }).comment).toBe(true);
    expect(problemOf({ ...comment, "github-token": "" })).toMatch(/^`github-token` is blank/);
    expect(problemOf({ ...comment, "github-token": "secrets.GITHUB_TOKEN" })).toMatch(
      /^`github-token` is the text of an expression/,
    );
    expect(problemOf({ ...comment, "github-token": "a b" })).toMatch(/^`github-token` has quotes or blanks/);
  });

  test("is off by default, and then the token does not matter", () => {
    expect(read({ "github-token": "" }).comment).toBe(false);
  });
});

describe("the comment that is asked for", () => {
  const comment = (given: Readonly<Record<string, string>>) =>
    readComment(envOf({ "comment-on-pull-request": "true", "github-token": "ghs_example", ...given }));

  test.each(["true", "True", "TRUE"])("is known for %s, also where other inputs are wrong", (text) => {
    expect(comment({ "comment-on-pull-request": text })).toEqual({ token: "ghs_example" });
    expect(comment({ "comment-on-pull-request": ` ${text}\n`, "csr-ids": "x", "dry-run": "" })).toEqual({
      token: "ghs_example",
    });
  });

  test.each(["false", "FALSE", "", "tRUE", "yes", "1"])("is none for %j", (text) => {
    expect(comment({ "comment-on-pull-request": text })).toBeUndefined();
  });

  test.each(["", " ", "a b", "***", '"ghs"', "secrets.TOKEN"])("is none with %j as the token", (token) => {
    expect(comment({ "github-token": token })).toBeUndefined();
  });

  test("is that of the inputs", () => {
    const given = { "comment-on-pull-request": "True", "github-token": "ghs_example" };
    expect(read(given).comment).toBe(true);
    expect(read({ ...given, "comment-on-pull-request": "False" }).comment).toBe(false);
  });
});

describe("valid inputs that deserve a warning", () => {
  test("a loopback endpoint", () => {
    expect(read({ endpoint: "http://127.0.0.1:8970" }).warnings).toEqual([
      {
        level: "warning",
        title: "Loopback endpoint",
        message: expect.stringContaining("nothing is deleted at Tencent Cloud"),
      },
    ]);
  });

  test("more requests than an account may make", () => {
    expect(read({ "requests-per-second": "10" }).warnings).toEqual([]);
    expect(read({ "requests-per-second": "10.5" }).warnings).toEqual([
      {
        level: "warning",
        title: "More than 10 requests per second",
        message: "`requests-per-second` is 10.5, but an account may make 10.",
      },
    ]);
  });

  test("a variable that asks for TLS without verification", () => {
    expect(read({}, { NODE_TLS_REJECT_UNAUTHORIZED: "1" }).warnings).toEqual([]);
    expect(read({}, { NODE_TLS_REJECT_UNAUTHORIZED: "0" }).warnings).toMatchObject([
      {
        title: expect.stringContaining("NODE_TLS_REJECT_UNAUTHORIZED"),
        message: expect.stringMatching(/verifies TLS/),
      },
    ]);
  });
});

test("all problems are reported at once", () => {
  const problems = problemsOf(
    {
      "csr-ids": "x",
      "dry-run": "maybe",
      "requests-per-second": "0",
      "on-absent": "no",
      endpoint: "example.com",
      protect: "a b",
      "max-deletions": "0",
      "older-than": "90",
      "role-arn": "role",
      "look-up": "maybe",
      "allowed-account-ids": "x",
    },
    { INPUT_DRY_RUN: "true", HTTPS_PROXY: "socks5://proxy" },
  );
  expect(problems.map((problem) => /^`?([\w-]+)/.exec(problem)?.[1]).sort()).toEqual(
    [
      ...["csr-ids", "dry-run", "requests-per-second", "on-absent", "endpoint", "protect", "max-deletions"],
      ...["look-up", "allowed-account-ids"],
      // Not a duration, and without `domains`.
      ...["older-than", "older-than"],
      // Malformed, and on a runner without OIDC; without a provider.
      ...["role-arn", "role-arn", "oidc-provider"],
      ...["dry_run", "HTTPS_PROXY"],
    ].sort(),
  );
});

test("secrets are those of inputs and environment, used or not", () => {
  const secrets: string[] = [];
  const env = {
    TENCENTCLOUD_SECRET_ID: "AKIDENV",
    TENCENTCLOUD_SECRET_KEY: "env-key",
    TENCENTCLOUD_SECURITY_TOKEN: "env-token",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
    HTTPS_PROXY: "http://user:hunter2@proxy",
  };
  const given = { ...KEYS, "session-token": "session", "github-token": "ghs_example" };
  readSecrets(envOf(given, env), new Redactor((secret) => secrets.push(secret)));
  expect(secrets).toEqual(
    expect.arrayContaining([
      ...["AKIDEXAMPLE", "akidexample", "example-secret-key", "session", "ghs_example"],
      ...["AKIDENV", "akidenv", "env-key", "env-token", "request-token", "user", "hunter2"],
    ]),
  );
});

test("a secret with blanks around it is masked without them", () => {
  const masked: string[] = [];
  const redactor = new Redactor((secret) => masked.push(secret));
  const env = { TENCENTCLOUD_SECRET_ID: " AKIDEXAMPLE\n", TENCENTCLOUD_SECRET_KEY: "\texample-secret-key \n" };
  readSecrets(env, redactor);
  expect(masked).toEqual(["AKIDEXAMPLE", "akidexample", "example-secret-key"]);
});
