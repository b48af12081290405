import { describe, expect, test } from "vitest";
import { findCsrs, type Listing } from "../../src/csrs/inventory.ts";
import { clientFor, never } from "../support/client-for.ts";
import { type FakeApiOptions, fakeApi } from "../support/fake-api.ts";
import { virtualTime } from "../support/virtual-clock.ts";

const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);

/** Looks for `ids`; `pages` makes answers by hand, from the number of the request and its offset. */
async function find(
  ids: readonly number[],
  {
    pages,
    ...options
  }: Partial<FakeApiOptions> & {
    pages?: (number: number, offset: number) => { Total: number; ids: readonly number[] } | undefined;
  },
) {
  const time = virtualTime();
  const api = fakeApi({
    time,
    inventory: [],
    ...options,
    ...(pages
      ? {
          fault: ({ number, offset }) => {
            const page = pages(number, offset);
            return (
              page && {
                kind: "body",
                effect: false,
                body: JSON.stringify({ Response: { Total: page.Total, Set: page.ids.map((Id) => ({ Id })) } }),
              }
            );
          },
        }
      : {}),
  });
  const { client } = clientFor(api, time);
  const listing: Listing = await time.until(findCsrs(ids, { client, cancel: never }));
  return { listing, api, time };
}

test("a complete list tells what is there and what is not", async () => {
  const { listing, api } = await find([5, 150, 999], { inventory: range(250) });
  expect(listing).toEqual({ present: new Set([5, 150]), complete: true });
  expect(api.requests.map(({ offset }) => offset).sort((a, b) => a - b)).toEqual([0, 99, 198]);
});

test("an empty account has none of them", async () => {
  const { listing, api } = await find([5], {});
  expect(listing).toEqual({ present: new Set(), complete: true });
  expect(api.requests).toHaveLength(1);
});

test("reading stops as soon as all have been seen", async () => {
  const { listing, api } = await find([5, 6], { inventory: range(5000) });
  expect(listing).toEqual({ present: new Set([5, 6]), complete: true });
  expect(api.requests).toHaveLength(1);
});

test("pages are read several at a time, within the pace", async () => {
  const { time, listing } = await find([100_000], { inventory: range(2000), latencyMs: () => 300 });
  expect(listing.complete).toBe(true);
  expect(time.elapsed()).toBeLessThan(2_700);
});

test("a server with smaller pages is read to its end", async () => {
  const all = range(95);
  const { listing, api } = await find([95, 96], {
    pages: (_number, offset) => ({ Total: 95, ids: all.slice(offset, offset + 30) }),
  });
  expect(listing).toEqual({ present: new Set([95]), complete: true });
  expect(api.requests.map(({ offset }) => offset)).toEqual([0, 29, 58, 87]);
});

describe("a list that is not complete", () => {
  test("is read three times, then nothing is known of what was not seen", async () => {
    const { listing, api } = await find([5, 999], { pages: () => ({ Total: 10, ids: [5] }) });
    expect(listing).toEqual({ present: new Set([5]), complete: false });
    expect(api.requests.length).toBeGreaterThanOrEqual(3);
    expect(api.requests.filter(({ offset }) => offset === 0)).toHaveLength(3);
  });

  test("is enough when a later pass is complete", async () => {
    const { listing } = await find([999], {
      pages: (number) => (number === 1 ? { Total: 2, ids: [] } : { Total: 1, ids: [7] }),
    });
    expect(listing).toEqual({ present: new Set(), complete: true });
  });

  test("is enough when its passes have shown all IDs together", async () => {
    // Each pass ends with a page that shows nothing.
    const { listing, api } = await find([1, 2], {
      pages: (number, offset) => ({ Total: 2, ids: offset > 0 ? [] : number === 1 ? [1] : [2] }),
    });
    expect(listing).toEqual({ complete: true, present: new Set([1, 2]) });
    expect(api.requests).toHaveLength(4);
  });

  test("the last complete pass counts, not what was seen before", async () => {
    const { listing } = await find([1, 2], {
      pages: (number) =>
        number === 1 ? { Total: 9, ids: [1] } : number === 2 ? { Total: 9, ids: [] } : { Total: 1, ids: [7] },
    });
    expect(listing).toEqual({ present: new Set(), complete: true });
  });

  test("a total that changes between pages makes the pass worthless", async () => {
    const { listing, api } = await find([999], {
      pages: (number, offset) => ({
        Total: offset === 0 ? 150 : 151,
        ids: range(offset === 0 ? 100 : 50, offset + 1 + (number > 90 ? 1 : 0)),
      }),
    });
    expect(listing).toEqual({ present: new Set(), complete: false });
    expect(api.requests).toHaveLength(6);
  });

  test("a CSR that slips from one page to another, since one was deleted and one created, is not taken for absent", async () => {
    const after = [...range(49), ...range(151, 51)];
    const { listing } = await find([101, 999], {
      pages: (number, offset) => ({ Total: 200, ids: (number === 1 ? range(200) : after).slice(offset, offset + 100) }),
    });
    expect(listing).toEqual({ present: new Set([101]), complete: true });
  });

  test("pages that do not join, though nothing is missing, must agree twice", async () => {
    const { listing, api } = await find([5, 999], {
      pages: (_number, offset) => ({ Total: 150, ids: offset === 0 ? range(100) : [7, ...range(50, 101)] }),
    });
    expect(listing).toEqual({ present: new Set([5]), complete: true });
    expect(api.requests).toHaveLength(4);
  });

  test("IDs that come twice are one", async () => {
    const { listing } = await find([999], {
      pages: (_number, offset) => ({ Total: 101, ids: offset === 0 ? range(100) : [100] }),
    });
    expect(listing.complete).toBe(false);
  });
});

test("a fault ends the reading, and is told", async () => {
  const { listing, api } = await find([5], {
    inventory: range(500),
    fault: () => ({ kind: "code", code: "UnauthorizedOperation" }),
  });
  expect(listing).toMatchObject({ present: new Set(), complete: false, fault: { code: "UnauthorizedOperation" } });
  expect(api.requests).toHaveLength(1);
});

test("a fault on a later page keeps what was seen", async () => {
  const { listing } = await find([5, 450], {
    inventory: range(500),
    fault: ({ offset }) => (offset === 396 ? { kind: "code", code: "FailedOperation.CAMAuthorizedFail" } : undefined),
  });
  expect(listing).toMatchObject({ present: new Set([5]), complete: false, fault: { kind: "permission" } });
});

test("a mistake inside the action ends the reading, and is told", async () => {
  const connectMs = (): number => {
    throw new TypeError("broken");
  };
  const { listing } = await find([5], { inventory: [5], connectMs });
  expect(listing).toMatchObject({ complete: false, fault: { code: "Action.Failed", message: "TypeError: broken" } });
});

test("a page that is broken once is asked for again", async () => {
  const { listing } = await find([999], {
    inventory: range(300),
    fault: ({ number }) => (number === 2 ? { kind: "lost", effect: false } : undefined),
  });
  expect(listing).toEqual({ present: new Set(), complete: true });
});
