import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPace, window } from "../../src/tencentcloud/pace.ts";
import { type VirtualTime, virtualTime } from "../virtual-time.ts";

/** Starts `count` requests, each on the wire `delay` ms after its turn; returns when they went onto the wire. */
async function starts(time: VirtualTime, rate: number, count: number, delay: (index: number) => number = () => 0) {
  const pace = createPace(rate, time);
  const sent: number[] = [];
  const one = async (index: number): Promise<void> => {
    const turn = await pace.turn();
    await time.sleep(delay(index));
    sent.push(time.elapsed());
    turn?.sent();
    turn?.done();
  };
  await time.until(Promise.all(Array.from({ length: count }, (_, index) => one(index))));
  return sent.sort((a, b) => a - b);
}

/** The most that any sliding second holds. */
function mostInASecond(times: readonly number[]): number {
  return Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + 1000).length));
}

test("a burst of ten starts at once, the next ten a second later", async () => {
  const sent = await starts(virtualTime(), 10, 25);
  expect(sent).toEqual([...Array(10).fill(0), ...Array(10).fill(1025), ...Array(5).fill(2050)]);
});

test.each([
  [100, 100, 1000],
  [10, 10, 1000],
  [2.5, 2, 1000],
  [1, 1, 1000],
  [0.5, 1, 2000],
  [0.1, 1, 10_000],
])("at %d a second, %d may start in %d ms", (rate, size, ms) => {
  expect(window(rate)).toEqual({ size, ms });
});

test("a slow rate waits between single requests", async () => {
  expect(await starts(virtualTime(), 0.5, 3)).toEqual([0, 2025, 4050]);
});

test("a request counts from when it is on the wire, not from when it was asked for", async () => {
  const sent = await starts(virtualTime(), 10, 11, (index) => (index < 10 ? 400 : 0));
  expect(sent.at(-1)).toBe(1425);
});

test("no sliding second holds more than the rate, whatever connections take", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.1, max: 40, noNaN: true }),
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 }),
      async (rate, delays) => {
        const sent = await starts(virtualTime(), rate, delays.length, (index) => delays[index] ?? 0);
        expect(sent).toHaveLength(delays.length);
        expect(mostInASecond(sent)).toBeLessThanOrEqual(Math.max(1, rate));
      },
    ),
    { numRuns: 100 },
  );
});

test("a request that never got onto the wire counts from its turn", async () => {
  const time = virtualTime();
  const pace = createPace(1, time);
  const first = await pace.turn();
  await time.until(time.sleep(300));
  first?.done();
  first?.sent();
  await time.until(pace.turn());
  expect(time.elapsed()).toBe(1025);
});

test("nobody gets a turn before the window and its margin are over, however often one is asked for", async () => {
  const time = virtualTime();
  const pace = createPace(1, time);
  (await pace.turn())?.sent();
  await time.until(time.sleep(990));
  await time.until(pace.turn());
  expect(time.elapsed()).toBe(1025);
});

test("turns are given first come, first served", async () => {
  const time = virtualTime();
  const pace = createPace(1, time);
  const order: number[] = [];
  const all = [1, 2, 3].map(async (name) => {
    (await pace.turn())?.sent();
    order.push(name);
  });
  await time.until(Promise.all(all));
  expect(order).toEqual([1, 2, 3]);
});

describe("a stop", () => {
  test("gives no turn to those who come later, nor to those who wait", async () => {
    const time = virtualTime();
    const pace = createPace(1, time);
    const stop = new AbortController();
    (await pace.turn(stop.signal))?.sent();
    const waiting = pace.turn(stop.signal);
    stop.abort();
    expect(await waiting).toBeUndefined();
    expect(await pace.turn(stop.signal)).toBeUndefined();
  });

  test("leaves the others in the queue", async () => {
    const time = virtualTime();
    const pace = createPace(1, time);
    (await pace.turn())?.sent();
    const stop = new AbortController();
    const stays = pace.turn();
    const leaves = pace.turn(stop.signal);
    const alsoStays = pace.turn();
    stop.abort();
    expect(await leaves).toBeUndefined();
    (await time.until(stays))?.sent();
    expect(await time.until(alsoStays)).toBeDefined();
    expect(time.elapsed()).toBe(2050);
  });
});

describe("a rate limit answer", () => {
  test("halves the rate once for all refusals of a burst", () => {
    const time = virtualTime();
    const pace = createPace(10, time);
    for (let refusal = 0; refusal < 10; refusal += 1) pace.slowDown();
    expect(pace.rate).toBe(5);
  });

  test("halves it once also late in a run, when the refusals come one after the other", async () => {
    const time = virtualTime();
    const pace = createPace(10, time);
    await time.until(time.sleep(60_000));
    for (let refusal = 0; refusal < 4; refusal += 1) {
      pace.slowDown();
      await time.until(time.sleep(100));
    }
    expect(pace.rate).toBe(5);
  });

  test("halves what has come back by then", async () => {
    const time = virtualTime();
    const pace = createPace(10, time);
    pace.slowDown();
    pace.served();
    await time.until(time.sleep(1_000));
    pace.slowDown();
    expect(pace.rate).toBe(4);
  });

  test("halves it again when the slower pace is refused too, down to one a second", async () => {
    const time = virtualTime();
    const pace = createPace(10, time);
    const rates: number[] = [];
    for (let refusal = 0; refusal < 6; refusal += 1) {
      pace.slowDown();
      rates.push(pace.rate);
      await time.until(time.sleep(999));
    }
    expect(rates).toEqual([5, 2.5, 1.25, 1, 1, 1]);
  });

  test("is forgotten in steps of three tenths each second", async () => {
    const time = virtualTime();
    const pace = createPace(10, time);
    pace.slowDown();
    pace.served();
    await time.until(time.sleep(900));
    await time.until(pace.turn());
    expect(pace.rate).toBe(5);
    await time.until(time.sleep(200));
    await time.until(pace.turn());
    expect(pace.rate).toBe(8);
    await time.until(time.sleep(60_000));
    await time.until(pace.turn());
    expect(pace.rate).toBe(10);
  });

  test("is forgotten one step at a time, however often a turn is asked for", async () => {
    const time = virtualTime();
    const pace = createPace(10, time);
    pace.slowDown();
    await time.until(time.sleep(600));
    pace.slowDown();
    pace.served();
    const rates: number[] = [];
    for (const ms of [1_000, 400, 400, 400, 1_000]) {
      await time.until(time.sleep(ms));
      await time.until(pace.turn());
      rates.push(pace.rate);
    }
    expect(rates).toEqual([5.5, 5.5, 5.5, 8.5, 10]);
  });

  test("is not forgotten before the API has served a request", async () => {
    const time = virtualTime();
    const pace = createPace(10, time);
    pace.slowDown();
    await time.until(time.sleep(60_000));
    await time.until(pace.turn());
    expect(pace.rate).toBe(5);
    pace.served();
    await time.until(pace.turn());
    expect(pace.rate).toBe(8);
  });

  test("never makes a slow pace faster", () => {
    const pace = createPace(0.2, virtualTime());
    pace.slowDown();
    expect(pace.rate).toBe(0.2);
  });
});
