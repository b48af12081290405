import { describe, expect, test } from "vitest";
import { Redactor } from "../../src/shared/redactor.ts";
import { parseResponse } from "../../src/tencentcloud/response.ts";

const parse = (body: unknown, status = 200, secrets: readonly string[] = [], isLogin = false) => {
  const redactor = new Redactor();
  redactor.registerSecrets(secrets);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const redact = (foreign: string): string => redactor.redact(foreign);
  return parseResponse({ status, headers: {}, body: text }, { redact, isLogin });
};

test("a Response without an Error is a success", () => {
  expect(parse({ Response: { Success: [1], RequestId: "r" } })).toEqual({
    ok: true,
    value: { response: { Success: [1], RequestId: "r" }, requestId: "r" },
  });
});

test("a byte order mark before the JSON does no harm, and one inside stays", () => {
  expect(parse({ Response: { Success: ["a\uFEFFb"] } })).toMatchObject({
    value: { response: { Success: ["a\uFEFFb"] } },
  });
  expect(parse('\uFEFF{"Response":{"RequestId":"r"}}')).toMatchObject({ value: { requestId: "r" } });
});

test.each([7, "", null, ["r"], "a b", "r\n", "a/b", "r".repeat(65)])(
  "a RequestId that does not look like one is ignored: %j",
  (RequestId) => {
    expect(parse({ Response: { RequestId } })).toMatchObject({ ok: true, value: { requestId: undefined } });
    const error = parse({ Response: { RequestId, Error: { Code: "InvalidAction" } } });
    expect(error).toMatchObject({ ok: false, failure: { code: "InvalidAction", requestId: undefined } });
  },
);

test("a RequestId may have up to 64 letters, digits, dashes and underscores", () => {
  const RequestId = "0f_-Z".padEnd(64, "9");
  expect(parse({ Response: { RequestId } })).toMatchObject({ value: { requestId: RequestId } });
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
  [300, "Http.Redirect"],
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

test("a page is quoted on one line, without its tags", () => {
  expect(parse("<h1>No<br>entry</h1>\n here")).toMatchObject({
    failure: { message: "HTTP 200, but not an API response: No entry here" },
  });
  expect(parse("Bad Authorization: abc", 400)).toMatchObject({
    failure: { message: "HTTP 400: Bad Authorization …" },
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

describe("a code from outside", () => {
  const codeOf = (Code: unknown, isLogin = false) => {
    const result = parse({ Response: { Error: { Code, Message: "m" } } }, 200, ["example-secret"], isLogin);
    return result.ok ? undefined : result.failure.code;
  };

  test("is cut, and odd characters are replaced", () => {
    expect(codeOf("x".repeat(5_000))).toBe("x".repeat(100));
    expect(codeOf(`InternalError.${"y".repeat(5_000)}`)).toMatch(/^InternalError\.y{99}$/);
    expect(codeOf("No<script>\n`::error::` é🔑")).toBe("No_script_____error_______");
    expect(codeOf("Some-Thing_New.7")).toBe("Some-Thing_New.7");
  });

  test("is redacted before it is cut", () => {
    expect(codeOf(`${"x".repeat(92)}example-secret`)).toBe(`${"x".repeat(92)}***`);
  });

  test("of STS is in a part of its own", () => {
    expect(codeOf("UnauthorizedOperation", true)).toBe("Sts.UnauthorizedOperation");
    expect(codeOf("InvalidParameter.SomethingNew", true)).toBe("Sts.InvalidParameter.SomethingNew");
    expect(codeOf("SomethingNew", true)).toBe("Sts.SomethingNew");
  });

  test.each(["has blanks", "x".repeat(61), "aB3dE5", "a-b", "a*b", "example-secret"])(
    "of STS that does not look like one is not shown: %s",
    (code) => {
      expect(codeOf(code, true)).toBe("Sts");
      expect(codeOf(`InvalidParameter.${code}`, true)).toBe("Sts.InvalidParameter");
    },
  );
});

describe("of a response of STS nothing is quoted", () => {
  const credentials = { TmpSecretId: "AKIDTEMPORARY", TmpSecretKey: "temporary-key", Token: "temporary-token" };
  const granted = { Response: { Credentials: credentials, ExpiredTime: 1, RequestId: "r" } };

  test.each([
    [203, granted],
    [403, granted],
    [502, granted],
    [302, granted],
    [200, `x${JSON.stringify(granted)}`],
    [200, { Response: [credentials] }],
    [
      200,
      { Response: { ...granted.Response, Error: { Code: "InternalError", Message: JSON.stringify(credentials) } } },
    ],
    [200, { Response: { Error: { Code: "temporary-key" } } }],
    [200, { codeDesc: "temporary-token", message: "temporary-key" }],
  ])("HTTP %i: %j", (status, body) => {
    const result = parse(body, status, [], true);
    expect(result).toMatchObject({ ok: false });
    expect(JSON.stringify(result)).not.toMatch(/AKID|temporary/);
  });

  test("but its status, code and RequestId are there", () => {
    expect(parse(granted, 502, [], true)).toMatchObject({
      failure: { code: "Http.ServerError", status: 502, message: "HTTP 502: (not shown: it may hold credentials)" },
    });
    const error = { Response: { Error: { Code: "InternalError", Message: "m" }, RequestId: "r" } };
    expect(parse(error, 200, [], true)).toMatchObject({
      failure: { code: "Sts.InternalError", requestId: "r", message: "" },
    });
  });
});

test("a long message is redacted, then cut", () => {
  const Message = `${"x".repeat(990)}example-secret-that-is-long`;
  const result = parse({ Response: { Error: { Code: "A", Message } } }, 200, ["example-secret-that-is-long"]);
  expect(result).toMatchObject({ failure: { message: `${"x".repeat(990)}***` } });
  const long = parse({ Response: { Error: { Code: "A", Message: "x".repeat(5_000) } } });
  expect(long).toMatchObject({ failure: { message: "x".repeat(1_000) } });
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

  test("comes before a page is cut, wherever that is", () => {
    const secret = `secret-${"s".repeat(100)}`;
    for (let length = 0; length < 21_000; length += 50) {
      const inTag = JSON.stringify(parse(`<${"y".repeat(length)}>${secret}`, 502, [secret]));
      const inText = JSON.stringify(parse(`${"x".repeat(length)}${secret}`, 502, [secret]));
      expect(inTag + inText).not.toContain("secret-");
    }
  });

  test.each(["Authorization: Bearer abc", "authorization=abc", "X-TC-Token: abc", "TC3-HMAC-SHA256 abc"])(
    "shows nothing from where a page begins to show the headers of the request: %s",
    (headers) => {
      const text = JSON.stringify(parse(`<p>Bad request</p><pre>${headers}\ndef</pre>`, 400));
      expect(text).toContain("Bad request");
      expect(text).not.toMatch(/abc|def/);
    },
  );
});
