import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/csrs/batches.ts";
import { bisect, namedCsrs, RejectionBreaker } from "../../src/csrs/bisection.ts";
import { apiFailure } from "../../src/tencentcloud/failure.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);
const batch = (ids: number[], more: Partial<Batch> = {}): Batch => ({ ids, origin: 0, ...more });
const denied = (...ids: number[]) =>
  apiFailure(
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

describe("a failure that is about the IDs", () => {
  const failure = apiFailure("InvalidParameter.InvalidCSRId", "");

  test.each([
    [2, [1, 1]],
    [3, [2, 1]],
    [100, [50, 50]],
  ])("splits a batch of %i into halves of the sizes %j, in order", (count, sizes) => {
    const { refused = [], next = [] } = bisect(batch(range(count), { origin: 3 }), failure) ?? {};
    expect(refused).toEqual([]);
    expect(next.map(({ ids }) => ids.length)).toEqual(sizes);
    expect(next.flatMap(({ ids }) => ids)).toEqual(range(count));
    expect(next).toMatchObject([
      { origin: 3, parentFailure: failure },
      { origin: 3, parentFailure: failure },
    ]);
  });

  test("is final for a single ID", () => {
    expect(bisect(batch([7]), failure)).toEqual({ refused: [7], next: [] });
  });
});

describe("a permission error", () => {
  test("that names CSRs sets them aside at once", () => {
    const failure = denied(2, 4, 99);
    expect(bisect(batch([1, 2, 3, 4, 5]), failure)).toEqual({
      refused: [2, 4],
      next: [{ ids: [1, 3, 5], origin: 0, parentFailure: failure, trimmed: true }],
    });
  });

  test("that names all of them leaves nothing to try", () => {
    expect(bisect(batch([2, 4]), denied(2, 4))).toEqual({ refused: [2, 4], next: [] });
  });

  test("that names one CSR at a time leads to bisection", () => {
    const result = bisect(batch([1, 2, 3, 4], { trimmed: true }), denied(2));
    expect(result?.refused).toEqual([2]);
    expect(result?.next.map(({ ids }) => ids)).toEqual([[1, 3], [4]]);
    expect(bisect(batch([1, 2], { trimmed: true }), denied(2))?.next.map(({ ids }) => ids)).toEqual([[1]]);
  });

  test.each(["csr/*", "nothing", "qcs::ssl::uin/1:csr/99"])(
    "that names none of the batch (%s) is not about the IDs",
    (message) => {
      expect(bisect(batch([1, 2]), apiFailure("UnauthorizedOperation", message))).toBeUndefined();
    },
  );
});

test.each(["InternalError", "AuthFailure.SignatureFailure", "SomethingNew", "RequestLimitExceeded"])(
  "%s splits nothing",
  (code) => {
    expect(bisect(batch([1, 2]), apiFailure(code, ":csr/1"))).toBeUndefined();
  },
);

describe("the circuit breaker", () => {
  const refuseSingles = (breaker: RejectionBreaker, count: number, origin = 0): boolean =>
    range(count)
      .map((id) => breaker.onRefused(batch([id], { origin })))
      .some(Boolean);

  test("trips at the tenth refused single ID of an origin without a deletion", () => {
    const breaker = new RejectionBreaker();
    expect(refuseSingles(breaker, 9)).toBe(false);
    expect(breaker.onRefused(batch([10]))).toBe(true);
  });

  test("does not trip when an ID of the origin was deleted", () => {
    const breaker = new RejectionBreaker();
    breaker.onDeleted(batch([50, 51]));
    expect(refuseSingles(breaker, 50)).toBe(false);
  });

  test("counts each origin separately, and single IDs only", () => {
    const breaker = new RejectionBreaker();
    breaker.onDeleted(batch([1], { origin: 1 }));
    for (let size = 2; size < 30; size += 1) expect(breaker.onRefused(batch([1, 2], { origin: 0 }))).toBe(false);
    expect(refuseSingles(breaker, 9, 2)).toBe(false);
    expect(refuseSingles(breaker, 10, 3)).toBe(true);
  });
});
