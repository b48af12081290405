/** What `Success` and the listing may look like. */

import { DEMO_CREDENTIALS } from "../../emulator/emulator.ts";
import { TOKEN } from "../scenario.ts";
import { apiError, onDelete, type Row, range } from "./row.ts";

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level += 1) value = [value];
  return value;
}

export const unexpected: readonly Row[] = [
  {
    name: "Success is missing",
    emulator: { faults: onDelete({ kind: "success", as: "missing" }) },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1 },
  },
  {
    name: "Success is null",
    emulator: { faults: onDelete({ kind: "success", as: "null" }) },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1 },
  },
  {
    name: "Success is no list",
    emulator: { faults: onDelete({ kind: "success", as: "not-array" }) },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1 },
  },
  {
    name: "Success holds strings",
    emulator: { faults: onDelete({ kind: "success", as: "strings" }) },
    expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0 },
  },
  {
    name: "Success holds IDs twice",
    emulator: { faults: onDelete({ kind: "success", as: "duplicate" }) },
    expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0 },
  },
  {
    name: "Success holds IDs that were not asked for",
    emulator: { faults: onDelete({ kind: "success", as: "extra" }) },
    expect: { exit: 0, deleted: 5, deletions: 1, says: "Unexpected values in the response" },
  },
  {
    name: "Success is missing and nothing was deleted",
    emulator: { faults: onDelete({ kind: "response", response: { Response: { RequestId: "r" } } }) },
    expect: { exit: 1, left: ["remaining", 5], lookups: 1, says: "LeftOut" },
  },
  {
    name: "Success holds 100,000 IDs",
    emulator: {
      faults: onDelete({ kind: "response", effect: true, response: { Response: { Success: range(100_000) } } }),
    },
    expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0, says: "Unexpected values in the response" },
  },
  {
    name: "Success holds no IDs at all",
    emulator: {
      faults: onDelete({
        kind: "response",
        effect: true,
        response: { Response: { Success: [1.5, -1, "1e0", "01", null, [1], { Id: 2 }, 1e300, true], RequestId: "r" } },
      }),
    },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1, says: "Unexpected values in the response" },
  },
  {
    name: "the API says secrets back",
    emulator: {
      faults: onDelete({
        kind: "response",
        response: {
          Response: {
            Error: {
              Code: `Odd.${DEMO_CREDENTIALS.secretKey}`,
              // Where a text is cut at 500 or 2,000 characters, half of a secret would be left.
              Message: `${"m".repeat(490)}${TOKEN}${"m".repeat(1_480)}${DEMO_CREDENTIALS.secretKey}`,
            },
            RequestId: TOKEN,
          },
        },
      }),
    },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, errors: 1, says: "Odd.***" },
  },
  {
    name: "some IDs are kept",
    emulator: { keptIds: [2, 4] },
    expect: {
      exit: 1,
      deleted: 3,
      left: ["remaining", 2],
      ids: { deleted: [1, 3, 5], remaining: [2, 4] },
      deletions: 1,
      lookups: 1,
      errors: 1,
      says: "LeftOut",
    },
  },
  {
    name: "IDs that are not there",
    emulator: { csrs: [1, 2] },
    expect: { exit: 0, deleted: 2, absent: 3, deletions: 1, lookups: 1, says: "::warning title=CSRs already absent" },
  },
  {
    name: "IDs that are not there, and on-absent: ignore",
    inputs: { "on-absent": "ignore" },
    emulator: { csrs: [1, 2] },
    expect: { exit: 0, deleted: 2, absent: 3, errors: 0 },
  },
  {
    name: "IDs that are not there, and on-absent: fail",
    inputs: { "on-absent": "fail" },
    emulator: { csrs: [1, 2] },
    expect: { exit: 1, deleted: 2, absent: 3, errors: 1, says: "::error title=CSRs already absent" },
  },
  {
    name: "the list is denied",
    emulator: { csrs: [1, 2], permissions: { actions: { DescribeCSRSet: false } } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 1, says: "ssl:DescribeCSRSet" },
  },
  {
    name: "the list fails for ever",
    speed: 10,
    emulator: { csrs: [1, 2], faults: [{ action: "DescribeCSRSet", fault: apiError("InternalError") }] },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 5 },
  },
  {
    name: "the list fails once",
    emulator: { csrs: [1, 2], faults: [{ action: "DescribeCSRSet", requests: [1], fault: { kind: "reset" } }] },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 2 },
  },
  {
    name: "the list is in no form",
    emulator: {
      csrs: [1, 2],
      faults: [{ action: "DescribeCSRSet", fault: { kind: "response", response: { Response: { Total: "2" } } } }],
    },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 1 },
  },
  {
    name: "the list's total lies",
    emulator: { csrs: [1, 2, 9], listing: { total: 7 } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], says: "ListChanged" },
  },
  {
    name: "the list's total lies, but shows all IDs in question",
    emulator: { keptIds: [2, 4], listing: { total: 7 } },
    expect: { exit: 1, deleted: 3, left: ["remaining", 2], ids: { remaining: [2, 4] }, says: "LeftOut" },
  },
  {
    name: "the list's total is too small",
    emulator: { csrs: [1, 2, 9, 10], listing: { total: 1 } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 8, says: "ListChanged" },
  },
  {
    name: "the list shows the same page again and again",
    emulator: {
      csrs: [1, 2],
      faults: [
        {
          action: "DescribeCSRSet",
          fault: { kind: "response", response: { Response: { Total: 1_000_000, Set: [{ Id: 9 }] } } },
        },
      ],
    },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], maxLookups: 60, says: "ListChanged", maxMs: 15_000 },
  },
  {
    name: "the list is empty, and says that it is not",
    emulator: { csrs: [1, 2], listing: { total: 3 } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], maxLookups: 6, says: "ListChanged" },
  },
  {
    name: "the list's pages overlap",
    emulator: { csrs: [1, 2, ...range(150, 100)], listing: { duplicate: true } },
    // Nothing is missing, but a page that does not begin where the one before ended proves nothing.
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], says: "ListChanged" },
  },
  {
    name: "others delete CSRs while the list is read",
    emulator: { csrs: [1, 2, ...range(120, 100)], listing: { concurrentDelete: [100] } },
    expect: { exit: 0, deleted: 2, absent: 3 },
  },
  {
    name: "others create and delete CSRs all the time while the list is read",
    emulator: { csrs: [1, 2, ...range(120, 100)], listing: { concurrentCreate: range(50, 900) } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 8, says: "ListChanged" },
  },
  {
    name: "the list's total changes once",
    emulator: {
      csrs: [1, 2, ...range(150, 100)],
      listing: { totalSequence: [149, 150, 150] },
    },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 5 },
  },
  {
    name: "the list's order is another each time, and nothing in question is left",
    emulator: { csrs: [1, 2, 9, 10], listing: { order: "shuffled" } },
    expect: { exit: 0, deleted: 2, absent: 3 },
  },
  {
    name: "others create CSRs while the list is read",
    emulator: {
      csrs: [1, 2, ...range(120, 100)],
      listing: { concurrentCreate: [900] },
    },
    expect: { exit: 0, deleted: 2, absent: 3 },
  },
  ...[true, false].map(
    (nameDeniedCsrs): Row => ({
      name: `denied CSRs that are ${nameDeniedCsrs ? "" : "not "}named`,
      emulator: { permissions: { deniedCsrs: [2, 3], nameDeniedCsrs } },
      expect: { exit: 1, left: ["remaining", 5], deletions: 1, lookups: 1, errors: 1 },
    }),
  ),
  {
    name: "the deletion is denied",
    emulator: { permissions: { actions: { BatchDeleteCSR: false } } },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, errors: 1, says: "UnauthorizedOperation" },
  },
  {
    name: "everything is denied",
    emulator: { permissions: { actions: { BatchDeleteCSR: false, DescribeCSRSet: false } } },
    expect: { exit: 1, left: ["skipped", 5], deletions: 1, lookups: 1, errors: 1 },
  },
  {
    name: "a total that lags behind, with the last row beyond it: the CSR is not taken for absent",
    ids: [101],
    emulator: { csrs: range(101), keptIds: [101], listing: { total: 100 } },
    expect: { exit: 1, left: ["remaining", 1], ids: { remaining: [101] } },
  },
  ...[99, 100, 198, 199].map(
    (rows): Row => ({
      name: `an account with ${rows} other CSRs: full pages are no end`,
      emulator: { csrs: range(rows, 100) },
      expect: { exit: 0, absent: 5 },
    }),
  ),
  ...(["array", "null", "missing"] as const).map(
    (emptySet): Row => ({
      name: `an empty account, whose list is ${emptySet}`,
      emulator: { csrs: [], listing: { emptySet } },
      expect: { exit: 0, absent: 5, lookups: 1 },
    }),
  ),
  {
    name: "1,500 IDs; the 1,200 that are gone are not sent",
    ids: range(1500),
    inputs: { "look-up": "auto" },
    speed: 10,
    emulator: { csrs: range(300, 1201), unknownIds: "refuse", requestsPerSecond: 1000 },
    expect: { exit: 0, deleted: 300, absent: 1200, deletions: 3 },
  },
  {
    name: "InternalError after the effect",
    emulator: { faults: onDelete({ kind: "api-error", code: "InternalError", effect: true }, { requests: [1] }) },
    expect: { exit: 0, absent: 5, deletions: 2, lookups: 1, says: "A call of this run may have deleted them" },
  },
  ...["FailedOperation", "ResourceInUse", "UnsupportedOperation"].map(
    (code): Row => ({
      name: `${code} for a batch that was deleted, and whose halves are refused`,
      emulator: {
        unknownIds: "refuse",
        faults: onDelete({ kind: "api-error", code, effect: true }, { requests: [1] }),
      },
      expect: { exit: 0, absent: 5, lookups: 1, says: "A call of this run may have deleted them" },
    }),
  ),
  {
    name: "CSRs in use that make the API refuse the batch",
    emulator: { keptIds: [2], keptCsrs: "refuse" },
    expect: { exit: 1, deleted: 4, left: ["remaining", 1], ids: { remaining: [2] }, errors: 1 },
  },
  {
    name: "an API that speaks Chinese",
    emulator: { permissions: { actions: { BatchDeleteCSR: false } }, messages: "zh-CN" },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, errors: 1, says: "请求失败" },
  },
  {
    name: "a Success of nested lists",
    emulator: {
      faults: onDelete({
        kind: "response",
        effect: true,
        response: { Response: { Success: [1, 2, 3, 4, 5, nested(2_000), { [TOKEN]: 1 }], RequestId: "r" } },
      }),
    },
    expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0, says: "Unexpected values in the response" },
  },
  {
    name: "a list page that arrives at 1 KB per second",
    speed: 10,
    emulator: {
      csrs: [1, 2],
      minResponseBytes: 40_000,
      requestsPerSecond: 1000,
      faults: [{ action: "DescribeCSRSet", fault: { kind: "drip", bytes: 1_000, everyMs: 50 } }],
    },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 1 },
  },
];
