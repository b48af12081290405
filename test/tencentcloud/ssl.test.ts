import { describe, expect, test } from "vitest";
import { batchDeleteCsr, describeCsrSet } from "../../src/tencentcloud/ssl.ts";
import { clientFor, never } from "../client-for.ts";
import { fakeApi } from "../fake-api.ts";
import { virtualTime } from "../virtual-time.ts";

/** A client whose API gives this `Response` to everything. */
function clientWith(response: unknown) {
  const time = virtualTime();
  const body = JSON.stringify({ Response: response });
  const api = fakeApi({ time, inventory: [], fault: () => ({ kind: "body", body, effect: false }) });
  return { api, time, client: clientFor(api, time).client };
}

const turn = { sent() {}, done() {} };

const deletes = ({ client, time }: ReturnType<typeof clientWith>, ids: readonly number[]) =>
  time.until(batchDeleteCsr(client, ids, turn, never));
const lists = ({ client, time }: ReturnType<typeof clientWith>, offset = 0) =>
  time.until(describeCsrSet(client, offset, turn, never));

describe("BatchDeleteCSR", () => {
  test("asks with CSRIds, as numbers", async () => {
    const api = clientWith({ Success: [11], RequestId: "r" });
    await deletes(api, [11, 22]);
    expect(api.api.requests).toMatchObject([{ action: "BatchDeleteCSR", ids: [11, 22] }]);
  });

  test.each([
    ["the IDs that were deleted", [22, 33], [22, 33], []],
    ["nothing", undefined, [], []],
    ["null", null, [], []],
    ["no list", { 0: 11 }, [], []],
    ["text", "11", [], []],
    ["IDs as text", ["11", "22"], [11, 22], []],
    ["an ID twice", [11, 11, "11"], [11], []],
    ["IDs that were not asked for", [11, 99], [11], [99]],
    [
      "things that are no IDs",
      [null, 1.5, "x", "011", [11], -11, {}, true],
      [],
      [null, 1.5, "x", "011", [11], -11, {}, true],
    ],
  ])("takes %s from Success", async (_name, success, deleted, strange) => {
    const api = clientWith({ Success: success, RequestId: "r" });
    expect(await deletes(api, [11, 22, 33])).toEqual({
      ok: true,
      deleted,
      strange,
      requestId: "r",
      lost: false,
    });
  });

  test("hands on a failure", async () => {
    const api = clientWith({ Error: { Code: "InvalidParameter", Message: "m" }, RequestId: "r" });
    expect(await deletes(api, [11])).toMatchObject({
      ok: false,
      fault: { code: "InvalidParameter" },
    });
  });
});

describe("DescribeCSRSet", () => {
  test("asks for a page of 100 at an offset", async () => {
    const api = clientWith({
      Total: 1,
      Set: [{ Id: 11, Domain: "example.com", Email: "x@example.com" }],
      RequestId: "r",
    });
    expect(await lists(api, 300)).toEqual({ ok: true, total: 1, ids: [11], requestId: "r" });
    expect(api.api.requests).toMatchObject([{ action: "DescribeCSRSet", offset: 300 }]);
  });

  test("takes IDs as text, and an empty list", async () => {
    expect(await lists(clientWith({ Total: 2, Set: [{ Id: "11" }] }))).toMatchObject({
      ids: [11],
    });
    expect(await lists(clientWith({ Total: 0, Set: [] }))).toMatchObject({
      total: 0,
      ids: [],
    });
  });

  test.each([
    ["no Total", { Set: [] }],
    ["a Total that is text", { Total: "1", Set: [] }],
    ["a Total below zero", { Total: -1, Set: [] }],
    ["a Total with a fraction", { Total: 0.5, Set: [] }],
    ["no Set", { Total: 0 }],
    ["a Set that is null", { Total: 0, Set: null }],
    ["an item without an ID", { Total: 1, Set: [{}] }],
    ["an item that is null", { Total: 1, Set: [null] }],
    ["an ID that is none", { Total: 1, Set: [{ Id: 0 }] }],
  ])("does not trust an answer with %s", async (_name, response) => {
    const result = await lists(clientWith({ ...response, RequestId: "r" }));
    expect(result).toMatchObject({
      ok: false,
      hopeless: false,
      fault: { code: "Answer.NotUnderstood", requestId: "r" },
    });
  });

  test("hands on a failure", async () => {
    const api = clientWith({ Error: { Code: "UnauthorizedOperation", Message: "m" } });
    expect(await lists(api, 0)).toMatchObject({ ok: false, fault: { kind: "permission" } });
  });
});
