import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/shared/clock.ts";

test("the time is that of the system, in milliseconds", () => {
  const before = Date.now();
  const now = systemClock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test("durations do not jump when the system's clock is set", () => {
  const before = systemClock.monotonicNow();
  const system = vi.spyOn(Date, "now").mockReturnValue(0);
  const ms = systemClock.monotonicNow() - before;
  system.mockRestore();
  expect(ms).toBeGreaterThanOrEqual(0);
});

describe("a sleep", () => {
  test("takes its time, of the clock for durations, too", async () => {
    const start = systemClock.monotonicNow();
    await systemClock.sleep(50);
    const ms = systemClock.monotonicNow() - start;
    expect(ms).toBeGreaterThanOrEqual(45);
    expect(ms).toBeLessThan(5_000);
  });

  test("ends at once when it is aborted, before or meanwhile", async () => {
    const start = systemClock.monotonicNow();
    await systemClock.sleep(60_000, AbortSignal.abort());
    const abort = new AbortController();
    const sleeping = systemClock.sleep(60_000, abort.signal);
    abort.abort();
    await sleeping;
    expect(systemClock.monotonicNow() - start).toBeLessThan(5_000);
  });

  test("leaves nothing behind: no timer that keeps the process alive, no listener", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const abort = new AbortController();
    await systemClock.sleep(1, abort.signal);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
    const sleeping = systemClock.sleep(60_000, abort.signal);
    expect(timers()).toBe(before + 1);
    abort.abort();
    await sleeping;
    expect(timers()).toBe(before);
    await systemClock.sleep(60_000, abort.signal);
    expect(timers()).toBe(before);
  });
});
