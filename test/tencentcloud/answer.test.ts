import { describe, expect, test } from "vitest";
import { interpret } from "../../src/tencentcloud/answer.ts";

const answer = (body: unknown, status = 200) =>
  interpret({ status, date: undefined, body: typeof body === "string" ? body : JSON.stringify(body) });

test("a Response without an Error is a success", () => {
  expect(answer({ Response: { Success: [1], RequestId: "r" } })).toEqual({
    response: { Success: [1], RequestId: "r" },
    requestId: "r",
  });
});

test("a byte order mark before the JSON does no harm", () => {
  expect(answer('\uFEFF{"Response":{"RequestId":"r"}}')).toMatchObject({ requestId: "r" });
});

test("a RequestId that is no text is none", () => {
  expect(answer({ Response: { RequestId: 7 } })).toEqual({ response: { RequestId: 7 }, requestId: undefined });
  expect(answer({ Response: { RequestId: "" } })).toMatchObject({ requestId: undefined });
});

test("an API error comes with HTTP 200, and keeps code, message and RequestId", () => {
  expect(answer({ Response: { Error: { Code: "InternalError", Message: "m" }, RequestId: "r" } })).toMatchObject({
    code: "InternalError",
    kind: "transient",
    message: "m",
    requestId: "r",
    status: 200,
    lost: false,
  });
});

test("an API error is taken from any HTTP status", () => {
  expect(answer({ Response: { Error: { Code: "AuthFailure.TokenFailure" } } }, 403)).toMatchObject({
    code: "AuthFailure.TokenFailure",
    message: "",
    status: 403,
  });
});

test("the error form of API 2.0 is understood", () => {
  expect(answer({ code: 4100, codeDesc: "AuthFailure", message: "old" })).toMatchObject({
    code: "AuthFailure",
    message: "old",
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
  test("is not understood, may have been carried out, and may pass", () => {
    expect(answer(body)).toMatchObject({ code: "Answer.NotUnderstood", kind: "transient", status: 200, lost: true });
  });
});

test.each([
  [301, "Http.Redirect", false],
  [399, "Http.Redirect", false],
  [400, "Http.Refused", false],
  [403, "Http.Refused", false],
  [404, "Http.Refused", false],
  [204, "Http.Refused", false],
  [408, "Http.ServerError", true],
  [429, "Http.ServerError", true],
  [500, "Http.ServerError", true],
  [503, "Http.ServerError", true],
])("HTTP %i with a page is %s", (status, code, lost) => {
  expect(answer("<html><body>  Some\n page </body></html>", status)).toMatchObject({
    code,
    lost,
    status,
    message: `HTTP ${status}: Some page`,
  });
});

test("an empty page is named so, and a long one is cut", () => {
  expect(answer("", 502)).toMatchObject({ message: "HTTP 502: (empty)" });
  expect(answer("x".repeat(5000), 502)).toMatchObject({ message: `HTTP 502: ${"x".repeat(200)}` });
  expect(answer(`<${"y".repeat(3000)}`, 502)).toMatchObject({ message: "HTTP 502: (empty)" });
});
