import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, startEmulator } from "./emulator.ts";
import { call, deleteCsrs, type Request } from "./signed-request.ts";

const RESOURCE = "qcs::ssl::uin/100000000001:csr";

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

describe("a request is refused", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ csrs: range(1, 200), requestsPerSecond: Number.POSITIVE_INFINITY });
  });
  afterAll(() => emulator.close());

  test.each<[string, string, unknown]>([
    ["no IDs", "MissingParameter", {}],
    ["IDs that are no array", "InvalidParameter", { CSRIds: 11 }],
    ["an empty array", "InvalidParameterValue", { CSRIds: [] }],
    ["101 IDs", "InvalidParameterValue", { CSRIds: range(1, 101) }],
    ["a string", "InvalidParameter", { CSRIds: ["11"] }],
    ["a fraction", "InvalidParameter", { CSRIds: [1.5] }],
    ["an integer that no number can hold", "InvalidParameter", '{"CSRIds":[9007199254740993]}'],
    ["zero", "InvalidParameterValue", { CSRIds: [0] }],
    ["the same ID twice", "InvalidParameterValue", { CSRIds: [11, 22, 11] }],
    ["a parameter that does not exist", "UnknownParameter", { CSRIds: [11], Force: true }],
    ["an array", "InvalidParameter", [11]],
    ["null", "InvalidParameter", "null"],
    ["text that is not JSON", "InvalidRequest", "{"],
    ["no body", "InvalidRequest", ""],
    ["more than 10 MB", "RequestSizeLimitExceeded", `{"CSRIds":[11]}${" ".repeat(10 * 1024 * 1024)}`],
  ])("with %s", async (_, code, body) => {
    const response = await call(emulator.url, "BatchDeleteCSR", { body });
    expect(response.Error?.Code).toBe(code);
    expect(emulator.deleted).toEqual([]);
  });

  test.each<[string, string, Request]>([
    ["of another version", "NoSuchVersion", { headers: { "x-tc-version": "2018-01-01" } }],
    ["of no version", "NoSuchVersion", { headers: { "x-tc-version": undefined } }],
    ["of no action", "MissingParameter", { sign: [], headers: { "x-tc-action": undefined } }],
    ["of an action that does not exist", "InvalidAction", { sign: [], headers: { "x-tc-action": "DeleteCSR" } }],
    ["of an action in the wrong case", "InvalidAction", { headers: { "x-tc-action": "batchdeletecsr" } }],
    ["with odd characters in RequestClient", "InvalidParameter", { headers: { "x-tc-requestclient": "a/b" } }],
    ["with a long RequestClient", "InvalidParameter", { headers: { "x-tc-requestclient": "a".repeat(129) } }],
    ["with a language that does not exist", "InvalidParameter", { headers: { "x-tc-language": "en" } }],
    ["with another content type", "InvalidRequest", { headers: { "content-type": "text/plain" } }],
    ["to another path", "InvalidRequest", { path: "/v1" }],
    ["with a query", "InvalidRequest", { path: "/?a=1" }],
  ])("%s", async (_, code, request) => {
    const response = await deleteCsrs(emulator.url, [11], request);
    expect(response.Error?.Code).toBe(code);
  });

  test("by GET", async () => {
    const response = await fetch(emulator.url);
    expect(await response.json()).toMatchObject({ Response: { Error: { Code: "UnsupportedProtocol" } } });
  });

  test("unless the optional headers are right", async () => {
    const headers = { "x-tc-requestclient": "a-b_c d,e;f.1".padEnd(128, "x"), "x-tc-language": "en-US" };
    expect(await deleteCsrs(emulator.url, [1000], { headers })).toMatchObject({ Success: [] });
  });
});

describe("a batch", () => {
  test("leaves unknown and kept IDs out of Success, as in the documentation's example", async () => {
    await using emulator = await startEmulator({ csrs: [22, 33, 44, 55], keptIds: [44] });
    const response = await deleteCsrs(emulator.url, [33, 11, 22, 44]);
    expect(response).toEqual({ Success: [33, 22], RequestId: expect.any(String) });
    expect([...emulator.inventory]).toEqual([44, 55]);
    expect(emulator.deleted).toEqual([33, 22]);
    expect(await deleteCsrs(emulator.url, [33])).toMatchObject({ Success: [] });
  });

  test("can be refused as a whole for an unknown ID", async () => {
    await using emulator = await startEmulator({ csrs: [22, 33], unknownIds: "refuse" });
    const response = await deleteCsrs(emulator.url, [22, 11, 33]);
    expect(response.Error?.Code).toBe("InvalidParameter.InvalidCSRId");
    expect(emulator.inventory.size).toBe(2);
    expect(await deleteCsrs(emulator.url, [22, 33])).toMatchObject({ Success: [22, 33] });
  });

  test("is refused as a whole for a denied ID, which the message names", async () => {
    await using emulator = await startEmulator({ csrs: [11, 22, 33], permissions: { deniedCsrs: [22, 33] } });
    const response = await deleteCsrs(emulator.url, [11, 22, 33]);
    expect(response.Error?.Code).toBe("AuthFailure.UnauthorizedOperation");
    expect(response.Error?.Message).toBe(
      `[request id:${response.RequestId}]you are not authorized to perform operation (ssl:BatchDeleteCSR)\n` +
        `resource (${RESOURCE}/22,${RESOURCE}/33) has no permission`,
    );
    expect(await deleteCsrs(emulator.url, [11])).toMatchObject({ Success: [11] });
  });

  test("can be refused for a denied ID that the message does not name", async () => {
    await using emulator = await startEmulator({ permissions: { deniedCsrs: [22], nameDeniedCsrs: false } });
    const response = await deleteCsrs(emulator.url, [11, 22]);
    expect(response.Error?.Message).not.toContain("qcs::");
  });

  test("is refused if the action is denied", async () => {
    await using emulator = await startEmulator({ permissions: { actions: { BatchDeleteCSR: false } } });
    const response = await deleteCsrs(emulator.url, [11]);
    expect(response.Error?.Message).toContain(`(ssl:BatchDeleteCSR)\nresource (${RESOURCE}/*) has no permission`);
    expect((await call(emulator.url, "DescribeCSRSet")).Total).toBe(0);
  });
});

describe("what the documentation leaves open can be set", () => {
  const codeOf = async (options: Parameters<typeof startEmulator>[0], ids: readonly number[]) => {
    await using emulator = await startEmulator({ csrs: range(1, 200), ...options });
    const { Error: error, Success } = await call(emulator.url, "BatchDeleteCSR", { body: { CSRIds: ids } });
    return [error?.Code ?? Success, error?.Message ?? "", emulator.deleted.length] as const;
  };

  test("a CSR in use is left out, or makes the batch fail", async () => {
    expect(await codeOf({ keptIds: [2] }, [1, 2])).toEqual([[1], "", 1]);
    expect(await codeOf({ keptIds: [2], keptCsrs: "refuse" }, [1, 2])).toEqual([
      "FailedOperation",
      "The CSR is in use.",
      0,
    ]);
  });

  test("lists that are empty, too long, or have an ID twice are refused, or taken as they are", async () => {
    for (const ids of [[], range(1, 101), [1, 1]]) {
      expect((await codeOf({}, ids))[0]).toBe("InvalidParameterValue");
      expect((await codeOf({ oddLists: "accept" }, ids))[2]).toBe(new Set(ids).size);
    }
  });

  test("messages may be in Chinese", async () => {
    const [code, message] = await codeOf({ messages: "zh-CN" }, []);
    expect(code).toBe("InvalidParameterValue");
    expect(message).toMatch(/请求失败/);
  });
});
