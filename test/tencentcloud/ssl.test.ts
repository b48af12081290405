import { describe, expect, test } from "vitest";
import { Redactor } from "../../src/shared/redactor.ts";
import { batchDeleteCsr, describeCsrSet } from "../../src/tencentcloud/ssl.ts";
import { clientFor, never } from "../support/client-for.ts";
import { fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";

/** A client whose API gives this `Response` to everything. */
function clientWith(response: unknown, secrets: readonly string[] = []) {
  const clock = virtualClock();
  const body = JSON.stringify({ Response: response });
  const api = fakeApi({ clock, inventory: [], fault: () => ({ kind: "body", body, effect: false }) });
  const redactor = new Redactor();
  redactor.registerSecrets(secrets);
  const { client } = clientFor(api, clock, { redactor });
  const used: string[] = [];
  const permit = { started: () => used.push("started"), release: () => used.push("released") };
  return {
    api,
    used,
    deletes: (ids: readonly number[], signal = never) => clock.until(batchDeleteCsr(client, ids, permit, signal)),
    lists: (offset = 0, signal = never) => clock.until(describeCsrSet(client, offset, signal)),
  };
}

test("after a cancel neither call is sent", async () => {
  const { api, deletes, lists } = clientWith({});
  for (const call of [deletes([11], AbortSignal.abort()), lists(0, AbortSignal.abort())])
    expect(await call).toMatchObject({ ok: false, failure: { code: "Cancelled" } });
  expect(api.requests).toEqual([]);
});

describe("BatchDeleteCSR", () => {
  test("asks with CSRIds alone, as numbers, and uses its permit", async () => {
    const { api, used, deletes } = clientWith({ Success: [11], RequestId: "r" });
    await deletes([11, 22]);
    expect(api.requests).toMatchObject([{ action: "BatchDeleteCSR", body: '{"CSRIds":[11,22]}' }]);
    expect(used).toEqual(["started", "released"]);
  });

  test.each([
    ["the IDs that were deleted", [22, 33], [22, 33], []],
    ["nothing", undefined, [], []],
    ["null", null, [], []],
    ["no list", { 0: 11 }, [], []],
    ["text", "11", [], []],
    ["IDs as text", ["11", "22"], [11, 22], []],
    ["no ID with more behind it", ["11x", "11 ", "11.0"], [], ["11x", "11 ", "11.0"]],
    ["an ID twice", [11, 11, "11"], [11], []],
    ["IDs that were not asked for", [11, 99, 99, "99"], [11], ["99"]],
    [
      "things that are not IDs, in our own words if they are not short",
      [null, 11.5, "x", "011", [11], -11, { 11: 1 }, [], true, 1e300],
      [],
      ["null", "11.5", "x", "011", "an array or object", "-11", "true", "1e+300"],
    ],
    [
      "long texts by their length alone",
      ["y".repeat(40), "y".repeat(41), "1".repeat(900)],
      [],
      ["y".repeat(40), "a text of 41 characters", "a text of 900 characters"],
    ],
  ])("takes %s from Success", async (_name, success, deleted, unexpected) => {
    const { deletes } = clientWith({ Success: success, RequestId: "r" });
    expect(await deletes([11, 22, 33])).toEqual({
      ok: true,
      value: {
        deleted,
        unexpected,
        requestId: "r",
        // What cannot be read may stand for any of them.
        mayHaveTakenEffect: unexpected.length > 0 || !Array.isArray(success),
      },
    });
  });

  test("counts deletions whatever the secrets are; other values are redacted", async () => {
    const { deletes } = clientWith({ Success: ["11", "Success-secret", 22] }, ["Success", "11"]);
    expect(await deletes([11, 22])).toMatchObject({ value: { deleted: [11, 22], unexpected: ["***-secret"] } });
  });

  test("keeps the first hundred of the values that it cannot use", async () => {
    const values = Array.from({ length: 5_000 }, (_, index) => `value ${index}`);
    const { deletes } = clientWith({ Success: [...values, 22] });
    expect(await deletes([22])).toMatchObject({ value: { deleted: [22], unexpected: values.slice(0, 100) } });
  });

  test("hands on that an earlier attempt may have taken effect", async () => {
    const clock = virtualClock();
    const api = fakeApi({
      clock,
      inventory: [11],
      fault: ({ number }) => (number === 1 ? { kind: "connection-lost", effect: true } : undefined),
    });
    const { client } = clientFor(api, clock);
    const permit = await client.acquire(never);
    if (!permit) throw new Error("no permit");
    const result = await clock.until(batchDeleteCsr(client, [11], permit, never));
    expect(result).toMatchObject({ value: { deleted: [], mayHaveTakenEffect: true, requestId: "request-2" } });
  });

  test("hands on a failure", async () => {
    const { deletes } = clientWith({ Error: { Code: "InvalidParameter", Message: "m" }, RequestId: "r" });
    expect(await deletes([11])).toMatchObject({ ok: false, failure: { code: "InvalidParameter" } });
  });
});

describe("DescribeCSRSet", () => {
  const record = {
    Id: 11,
    OwnerUin: "1",
    Domain: "example.com",
    Email: "x@example.com",
    Remarks: "old",
    Status: 1,
    CreateTime: "2023-08-25 09:48:47",
  };

  test("asks for a page of 100 at an offset, without a filter, and keeps ID, owner, domain, time and remarks of each record", async () => {
    const { api, lists } = clientWith({ Total: 1, Set: [record], RequestId: "r" });
    expect(await lists(300)).toEqual({
      ok: true,
      value: {
        total: 1,
        records: [{ id: 11, ownerUin: "1", domain: "example.com", createTime: "2023-08-25 09:48:47", remarks: "old" }],
      },
    });
    expect(api.requests).toMatchObject([{ action: "DescribeCSRSet", body: '{"Limit":100,"Offset":300}' }]);
  });

  test("takes IDs of any length up to the largest safe integer", async () => {
    for (const id of [1, 123_456, Number.MAX_SAFE_INTEGER]) {
      for (const Id of [id, String(id)])
        expect(await clientWith({ Total: 1, Set: [{ Id }] }).lists()).toMatchObject({ value: { records: [{ id }] } });
    }
    expect(await clientWith({ Total: 1, Set: [{ Id: "9007199254740992" }] }).lists()).toMatchObject({ ok: false });
  });

  test("takes IDs as text, and records that have nothing but an ID", async () => {
    const { lists } = clientWith({ Total: 2, Set: [{ Id: "11", Domain: null, Remarks: 5 }] });
    expect(await lists()).toMatchObject({
      value: { total: 2, records: [{ id: 11, domain: undefined, createTime: undefined, remarks: undefined }] },
    });
  });

  test.each([
    ["100012345678", "100012345678"],
    [100012345678, "100012345678"],
    [null, undefined],
    [{}, undefined],
    [-1, undefined],
  ])("takes an owner that is %j for %j", async (OwnerUin, ownerUin) => {
    const { lists } = clientWith({ Total: 1, Set: [{ ...record, OwnerUin }] });
    expect(await lists()).toMatchObject({ value: { records: [{ id: 11, ownerUin }] } });
  });

  test("leaves the texts of a record as they are, whatever the secrets: decisions are made from them", async () => {
    const { lists } = clientWith({ Total: 1, Set: [record] }, ["example"]);
    expect(await lists()).toMatchObject({ value: { records: [{ domain: "example.com" }] } });
  });

  test.each([
    ["an empty list", { Total: 0, Set: [] }],
    ["no list", { Total: 0 }],
    ["null", { Total: 0, Set: null }],
  ])("takes %s for an empty account", async (_name, response) => {
    expect(await clientWith({ ...response, RequestId: "r" }).lists()).toEqual({
      ok: true,
      value: { total: 0, records: [] },
    });
  });

  test.each([
    ["no Total", { Set: [] }],
    ["a Total that is text", { Total: "1", Set: [] }],
    ["a Total below zero", { Total: -1, Set: [] }],
    ["a Total with a fraction", { Total: 0.5, Set: [] }],
    ["no Set although there are CSRs", { Total: 1 }],
    ["a Set that is null although there are CSRs", { Total: 1, Set: null }],
    ["a Set that is not a list", { Total: 0, Set: {} }],
    ["an item without an ID", { Total: 1, Set: [{}] }],
    ["an item that is null", { Total: 1, Set: [null] }],
    ["an ID that is not valid", { Total: 1, Set: [{ Id: 0 }] }],
  ])("does not trust a response with %s", async (_name, response) => {
    expect(await clientWith({ ...response, RequestId: "r" }).lists()).toMatchObject({
      ok: false,
      failure: {
        code: "Response.Malformed",
        message: "the list of CSRs was not in the documented form",
        requestId: "r",
        fatal: false,
      },
    });
  });

  test("hands on a failure", async () => {
    const { lists } = clientWith({ Error: { Code: "UnauthorizedOperation", Message: "m" } });
    expect(await lists()).toMatchObject({ ok: false, failure: { kind: "permission" } });
  });
});
