import { describe, expect, test } from "vitest";
import type { Group } from "../../src/cleanup/batches.ts";
import { namedCsrs, Suspicion, split } from "../../src/cleanup/splitting.ts";
import { fault } from "../../src/tencentcloud/fault.ts";

const group = (ids: number[], more: Partial<Group> = {}): Group => ({ ids, family: 0, ...more });
const denied = (...ids: number[]) =>
  fault(
    "AuthFailure.UnauthorizedOperation",
    `no permission for (${ids.map((id) => `qcs::ssl::uin/100000000001:csr/${id}`).join(",")})`,
  );

test.each([
  ["(qcs::ssl::uin/100000000001:csr/123) has no permission", [123]],
  ["qcs::ssl::uin/1:csr/5,qcs::ssl::uin/1:csr/67", [5, 67]],
  ["qcs::ssl::uin/1:csr/*", []],
  ["qcs::ssl::uin/1:csr/0", []],
  ["qcs::ssl::uin/1:csr/012", []],
  ["qcs::ssl::uin/1:certificate/12", []],
  ["csr/12", []],
  ["", []],
])("%s names %j", (message, ids) => {
  expect([...namedCsrs(message)]).toEqual(ids);
});

describe("a refusal that is about the IDs", () => {
  const refusal = fault("InvalidParameter.InvalidCSRId", "");

  test("is looked for in both halves", () => {
    expect(split(group([1, 2, 3]), refusal)).toEqual({
      refused: [],
      next: [
        { ids: [1, 2], family: 0, refusal },
        { ids: [3], family: 0, refusal },
      ],
    });
  });

  test("has found its ID when there is only one", () => {
    expect(split(group([7]), refusal)).toEqual({ refused: [7], next: [] });
  });
});

describe("a permission error", () => {
  test("sets the CSRs that it names aside at once", () => {
    const refusal = denied(2, 4, 99);
    expect(split(group([1, 2, 3, 4, 5]), refusal)).toEqual({
      refused: [2, 4],
      next: [{ ids: [1, 3, 5], family: 0, refusal, trimmed: true }],
    });
  });

  test("that names all of them leaves nothing to try", () => {
    expect(split(group([2, 4]), denied(2, 4))).toEqual({ refused: [2, 4], next: [] });
  });

  test("that names one after the other is met with halves", () => {
    const result = split(group([1, 2, 3, 4], { trimmed: true }), denied(2));
    expect(result?.refused).toEqual([2]);
    expect(result?.next.map(({ ids }) => ids)).toEqual([[1, 3], [4]]);
    expect(split(group([1, 2], { trimmed: true }), denied(2))?.next.map(({ ids }) => ids)).toEqual([[1]]);
  });

  test.each(["csr/*", "nothing", "qcs::ssl::uin/1:csr/99"])(
    "that names none of the batch (%s) is not about the IDs",
    (message) => {
      expect(split(group([1, 2]), fault("UnauthorizedOperation", message))).toBeUndefined();
    },
  );
});

test.each(["InternalError", "AuthFailure.SignatureFailure", "SomethingNew", "RequestLimitExceeded"])(
  "%s splits nothing",
  (code) => {
    expect(split(group([1, 2]), fault(code, ":csr/1"))).toBeUndefined();
  },
);

describe("suspicion", () => {
  const refuseSingles = (suspicion: Suspicion, count: number, family = 0): boolean =>
    Array.from({ length: count }, (_, id) => suspicion.refused(group([id], { family }))).some(Boolean);

  test("comes with the tenth single ID of a batch of which none was deleted", () => {
    const suspicion = new Suspicion();
    expect(refuseSingles(suspicion, 9)).toBe(false);
    expect(suspicion.refused(group([10]))).toBe(true);
  });

  test("does not come when any of the batch was deleted", () => {
    const suspicion = new Suspicion();
    suspicion.deleted(group([50, 51]));
    expect(refuseSingles(suspicion, 50)).toBe(false);
  });

  test("counts each batch by itself, and single IDs only", () => {
    const suspicion = new Suspicion();
    suspicion.deleted(group([1], { family: 1 }));
    for (let size = 2; size < 30; size += 1) expect(suspicion.refused(group([1, 2], { family: 0 }))).toBe(false);
    expect(refuseSingles(suspicion, 9, 2)).toBe(false);
    expect(refuseSingles(suspicion, 10, 3)).toBe(true);
  });
});
