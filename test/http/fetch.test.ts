import { expect, test } from "vitest";
import { createFetch, type HttpClient, type HttpRequest } from "../../src/http/client.ts";
import { failed, success } from "../../src/shared/result.ts";
import { never } from "../support/client-for.ts";

/** A `fetch` whose requests get this response. */
function fetchOf(response: Awaited<ReturnType<HttpClient["request"]>>, signal = never) {
  const requests: HttpRequest[] = [];
  const request: HttpClient["request"] = async (sent) => {
    requests.push(sent);
    return response;
  };
  const http: HttpClient = { request, preconnect: () => undefined };
  return { fetch: createFetch(http, signal), requests };
}

test("a request is that of the client, with the shared deadline, and so is its response", async () => {
  const signal = new AbortController().signal;
  const headers = { "content-type": "application/json", link: "<x>" };
  const { fetch, requests } = fetchOf(success({ status: 404, headers, body: '{"a":"ä"}' }), signal);
  const response = await fetch("https://api.example.com/x", { method: "PATCH", headers: { a: "b" }, body: "text" });
  expect([response.status, response.headers.get("link"), await response.json()]).toEqual([404, "<x>", { a: "ä" }]);
  expect(requests).toMatchObject([
    {
      ...{ method: "PATCH", url: "https://api.example.com/x", headers: { a: "b" }, body: "text" },
      maxResponseBytes: 16 * 1024 * 1024,
    },
  ]);
  expect(requests[0]?.signal).toBe(signal);
});

test.each([204, 205, 304])("status %d has no body", async (status) => {
  const { fetch, requests } = fetchOf(success({ status, headers: {}, body: "" }));
  expect(await fetch("https://api.example.com").then((response) => response.text())).toBe("");
  expect(requests).toMatchObject([{ method: "GET" }]);
});

test("a failure is an exception with its code", async () => {
  const { fetch } = fetchOf(failed({ code: "Network.NotFound", message: "no such host", sent: false }));
  await expect(fetch("https://api.example.com")).rejects.toThrow("Network.NotFound no such host");
});
