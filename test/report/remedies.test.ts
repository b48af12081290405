import { describe, expect, test } from "vitest";
import { CAUSES } from "../../src/csrs/outcome.ts";
import { describeCause, describeIdentity, explain, messageOfCause } from "../../src/report/remedies.ts";
import { ERROR_CATALOG } from "../../src/tencentcloud/error-catalog.ts";

const cataloged = ERROR_CATALOG.flatMap(({ codes }) => codes);
const causes = Object.values(CAUSES).map(({ code }) => code);

test.each([...cataloged, ...causes, "Surprise.New"])("%s has a meaning, and a remedy in sentences", (code) => {
  const { meaning, remedy } = explain(code);
  expect(meaning).toMatch(/^[^A-Z\s].*[^.\s]$|^(Tencent Cloud|GitHub).*[^.\s]$/);
  expect(remedy).toMatch(/^[A-Z].*\.$/);
});

test("every cause of this action has a meaning of its own", () => {
  const { meaning: unknown } = explain("Surprise.New");
  for (const code of causes) expect(explain(code).meaning).not.toBe(unknown);
});

test("a code below a known one is explained like it", () => {
  expect(explain("ResourceInUse.Certificate")).toEqual(explain("ResourceInUse"));
});

test.each(ERROR_CATALOG.filter(({ kind }) => kind === "rate-limit").flatMap(({ codes }) => codes))(
  "%s says how to lower the rate",
  (code) => {
    expect(explain(code).remedy).toContain("`requests-per-second`");
  },
);

describe("a cause", () => {
  test("is described by code, meaning, message, remedy and RequestId", () => {
    const { meaning, remedy } = explain("ResourceInUse");
    expect(describeCause({ code: "ResourceInUse", message: "used by cdn", requestId: "r-1" })).toBe(
      `\`ResourceInUse\`: ${meaning}. The API's message: \`used by cdn\`. What to do: ${remedy} RequestId: \`r-1\`.`,
    );
  });

  test("does not repeat a message that says the same as the meaning", () => {
    expect(messageOfCause({ code: "ResourceInUse", message: "The CSR is in use." })).toBe("");
    expect(messageOfCause({ code: "ResourceInUse", message: "" })).toBe("");
  });

  test("of the network does not pretend to be a message of the API", () => {
    expect(messageOfCause({ code: "Network.ConnectFailed", message: "ECONNREFUSED" })).toBe("Details: `ECONNREFUSED`.");
  });

  test("cannot put markup or line breaks into the text", () => {
    const hostile = "`x`\n<b>@me";
    const text = describeCause({ code: hostile, message: hostile, requestId: hostile });
    expect(text).not.toContain("\n");
    expect(text.replaceAll("`` `x` <b>@me ``", "")).not.toMatch(/[<@]/);
  });
});

describe("a refused login", () => {
  const claims = { iss: "https://issuer.example", sub: "repo:o/r:ref:x", aud: "sts", jobWorkflowRef: undefined };
  const identity = { roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "s", provider: "github", claims };

  test("shows the claims of the token, and the trust policy that accepts them", () => {
    const text = describeIdentity("Sts.UnauthorizedOperation", identity);
    expect(text).toContain("`iss` `https://issuer.example`, `sub` `repo:o/r:ref:x`, `aud` `sts`");
    expect(text).toContain('"oidc:sub": [');
  });

  test.each([
    ["another failure", "InternalError", identity],
    ["no login", "Sts.UnauthorizedOperation", undefined],
    ["no readable token", "Sts.UnauthorizedOperation", { ...identity, claims: undefined }],
  ])("says nothing of it after %s", (_name, code, given) => {
    expect(describeIdentity(code, given)).toBe("");
  });
});
