import { expect, test, vi } from "vitest";
import { minimumAge } from "../../src/csrs/selection.ts";
import { isMutation } from "../support/mutation.ts";

const HOUR_MS = 3_600_000;

test.each([
  ["2026-11-24 10:20:30", Date.UTC(2026, 10, 24, 10, 20, 30)],
  ["2026-11-24T10:20:30", Date.UTC(2026, 10, 24, 10, 20, 30)],
  [" 2024-02-29 23:59:59\n", Date.UTC(2024, 1, 29, 23, 59, 59)],
])("%j is a time", (text, time) => {
  expect(minimumAge(text, 0)).toBe(-time - 12 * HOUR_MS);
});

test.each([
  undefined,
  "",
  "0000-00-00 00:00:00",
  "0001-01-01 00:00:00",
  "0050-01-01 00:00:00",
  "+012026-01-01 00:00:00",
  "-002026-01-01 00:00:00",
  "2026-02-29 10:00:00",
  "2026-13-01 10:00:00",
  "2026-00-10 10:00:00",
  "2026-04-31 10:00:00",
  "2026-11-24 24:00:00",
  "2026-11-24 10:60:00",
  "2026-11-24 10:00:60",
  "2026-11-24",
  "2026-11-24 10:00:00 +08:00",
  "2026-11-24T10:00:00Z",
  "24.11.2026 10:00:00",
  "1764000000",
])("%j cannot be read", (text) => {
  expect(minimumAge(text, 0)).toBeUndefined();
});

test("the age is that in the time zone furthest behind, UTC−12, and negative if the time may be in the future", () => {
  const createTime = "2026-11-24 00:00:00";
  expect(minimumAge(createTime, Date.UTC(2026, 10, 24, 12))).toBe(0);
  expect(minimumAge(createTime, Date.UTC(2026, 10, 24, 13))).toBe(HOUR_MS);
  expect(minimumAge(createTime, Date.UTC(2026, 10, 24))).toBeLessThan(0);
});

// The threads of a mutation run cannot change their zone.
test.skipIf(isMutation).each([
  ["Asia/Shanghai", -480],
  ["America/New_York", 300],
])("it is the same on a runner in %s", (zone, offset) => {
  vi.stubEnv("TZ", zone);
  try {
    expect(new Date(0).getTimezoneOffset()).toBe(offset);
    expect(minimumAge("2026-11-24 00:00:00", Date.UTC(2026, 10, 24, 12))).toBe(0);
  } finally {
    vi.unstubAllEnvs();
  }
});
