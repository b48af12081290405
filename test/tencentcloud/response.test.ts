import { describe, expect, test } from "vitest";
import { Redactor } from "../../src/shared/redactor.ts";
import { parseResponse } from "../../src/tencentcloud/response.ts";

const parse = (body: unknown, status = 200, secrets: readonly string[] = []) => {
  const redactor = new Redactor();
  redactor.registerSecrets(secrets);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return parseResponse({ status, date: undefined, body: text }, (foreign) => redactor.redact(foreign));
};

test("a Response without an Error is a success", () => {
  expect(parse({ Response: { Success: [1], RequestId: "r" } })).toEqual({
    ok: true,
    value: { response: { Success: [1], RequestId: "r" }, requestId: "r" },
  });
});

test("a byte order mark before the JSON does no harm", () => {
  expect(parse('\uFEFF{"Response":{"RequestId":"r"}}')).toMatchObject({ value: { requestId: "r" } });
});

test("a RequestId that is not a text is ignored", () => {
  expect(parse({ Response: { RequestId: 7 } })).toMatchObject({ ok: true, value: { requestId: undefined } });
  expect(parse({ Response: { RequestId: "" } })).toMatchObject({ ok: true, value: { requestId: undefined } });
});

test("an API error comes with HTTP 200, and keeps code, message and RequestId", () => {
  expect(parse({ Response: { Error: { Code: "InvalidAction", Message: "m" }, RequestId: "r" } })).toEqual({
    ok: false,
    failure: {
      code: "InvalidAction",
      kind: "configuration",
      message: "m",
      requestId: "r",
      status: 200,
      mayHaveTakenEffect: false,
      fatal: true,
    },
  });
});

test("an API error is taken from any HTTP status", () => {
  expect(parse({ Response: { Error: { Code: "AuthFailure.TokenFailure" } } }, 403)).toMatchObject({
    failure: { code: "AuthFailure.TokenFailure", message: "", status: 403 },
  });
});

test("the error form of API 2.0 is understood", () => {
  expect(parse({ code: 4100, codeDesc: "AuthFailure", message: "old" })).toMatchObject({
    failure: { code: "AuthFailure", message: "old" },
  });
});

describe.each([
  ["empty", ""],
  ["no JSON", "<html>busy</html>"],
  ["cut off", '{"Response":{"Succ'],
  ["no object", "[]"],
  ["null", "null"],
  ["no Response", "{}"],
  ["a Response that is a list", { Response: [] }],
  ["a Response that is null", { Response: null }],
  ["an Error that is null", { Response: { Error: null } }],
  ["an Error without a code", { Response: { Error: { Message: "m" } } }],
  ["an Error with an empty code", { Response: { Error: { Code: "" } } }],
  ["an old form that says Success", { codeDesc: "Success" }],
  ["an old form with an empty code", { codeDesc: "" }],
])("HTTP 200 with %s", (_name, body) => {
  test("is malformed, may have taken effect, and may pass", () => {
    expect(parse(body)).toMatchObject({
      failure: { code: "Response.Malformed", kind: "transient", status: 200, mayHaveTakenEffect: true },
    });
  });
});

test.each([
  [301, "Http.Redirect"],
  [399, "Http.Redirect"],
  [400, "Http.Refused"],
  [403, "Http.Refused"],
  [404, "Http.Refused"],
  [204, "Http.Refused"],
  [408, "Http.ServerError"],
  [429, "Http.ServerError"],
  [500, "Http.ServerError"],
  [503, "Http.ServerError"],
])("HTTP %i with a page is %s, and may have taken effect", (status, code) => {
  expect(parse("<html><body>  Some\n page </body></html>", status)).toMatchObject({
    failure: { code, status, message: `HTTP ${status}: Some page`, mayHaveTakenEffect: true },
  });
});

test("an empty page is named so, and a long one is cut", () => {
  const messageOf = (body: string) => {
    const result = parse(body, 502);
    return result.ok ? undefined : result.failure.message;
  };
  expect(messageOf("")).toBe("HTTP 502: (empty)");
  expect(messageOf("x".repeat(50_000))).toBe(`HTTP 502: ${"x".repeat(200)}`);
  expect(messageOf(`<${"y".repeat(30_000)}`)).toBe("HTTP 502: (empty)");
});

describe("redaction", () => {
  const secrets = ["example-secret", "Success", "11a"];

  test("leaves a successful response alone: a key or value that equals a secret changes nothing", () => {
    const response = { Success: [11, "11a"], RequestId: "r" };
    expect(parse({ Response: response }, 200, secrets)).toMatchObject({ ok: true, value: { response } });
  });

  test("hides secrets in the texts of an error, also those that JSON has escaped", () => {
    const body = String.raw`{"Response":{"Error":{"Code":"InvalidParameter.example-secret","Message":"\u0065xample-secret"},"RequestId":"example-secret"}}`;
    expect(parse(body, 200, secrets)).toMatchObject({
      failure: { code: "InvalidParameter.***", kind: "ids", message: "***", requestId: "***" },
    });
  });

  test("keeps a code that the catalog knows, whatever the secrets: the failure is handled by it", () => {
    const body = { Response: { Error: { Code: "InternalError", Message: "InternalError" } } };
    expect(parse(body, 200, ["Internal"])).toMatchObject({
      failure: { code: "InternalError", kind: "transient", message: "***Error" },
    });
    expect(parse({ Response: { Error: { Code: "Something.Internal" } } }, 200, ["Internal"])).toMatchObject({
      failure: { code: "Something.***", kind: "unexpected" },
    });
  });

  test.each([180, 19_990])(
    "comes before a page is cut, with the secret %i characters after its beginning",
    (length) => {
      const secret = `secret-${"s".repeat(100)}`;
      const page = `<${"y".repeat(length - 200 > 0 ? length - 102 : 0)}>${"x".repeat(100)}${secret}`;
      expect(JSON.stringify(parse(page, 502, [secret]))).not.toContain("secret-");
    },
  );

  test.each(["Authorization: Bearer abc", "authorization=abc", "X-TC-Token: abc", "TC3-HMAC-SHA256 abc"])(
    "shows nothing from where a page begins to show the headers of the request: %s",
    (headers) => {
      const text = JSON.stringify(parse(`<p>Bad request</p><pre>${headers} def</pre>`, 400));
      expect(text).toContain("Bad request");
      expect(text).not.toMatch(/abc|def/);
    },
  );
});
