import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RateLimiter, rateWindow } from "../../src/tencentcloud/rate-limiter.ts";
import { clientFor, never } from "../support/client-for.ts";
import { fakeApi } from "../support/fake-api.ts";
import { seededRandom, type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

/** Starts `count` requests, each on the wire `delay` ms after its permit; returns when they went onto the wire. */
async function starts(clock: VirtualClock, rate: number, count: number, delay: (index: number) => number = () => 0) {
  const limiter = new RateLimiter(rate, clock);
  const sent: number[] = [];
  const one = async (index: number): Promise<void> => {
    const permit = await limiter.acquire();
    await clock.sleep(delay(index));
    sent.push(clock.monotonicNow());
    permit?.started();
    permit?.release();
  };
  await clock.until(Promise.all(Array.from({ length: count }, (_, index) => one(index))));
  return sent.sort((a, b) => a - b);
}

/** The most that any sliding second holds. */
function mostInASecond(times: readonly number[]): number {
  return Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + 1000).length));
}

test("a burst of ten starts at once, the next ten a second later", async () => {
  const sent = await starts(virtualClock(), 10, 25);
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
  expect(rateWindow(rate)).toEqual({ size, ms });
});

test("a slow rate waits between single requests", async () => {
  expect(await starts(virtualClock(), 0.5, 3)).toEqual([0, 2025, 4050]);
});

test("a request counts from when it is on the wire, not from when it was asked for", async () => {
  const sent = await starts(virtualClock(), 10, 11, (index) => (index < 10 ? 400 : 0));
  expect(sent.at(-1)).toBe(1425);
});

test("no sliding second holds more than the rate, whatever connections take", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ min: 0.1, max: 40, noNaN: true }),
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 }),
      async (rate, delays) => {
        const sent = await starts(virtualClock(), rate, delays.length, (index) => delays[index] ?? 0);
        expect(sent).toHaveLength(delays.length);
        expect(mostInASecond(sent)).toBeLessThanOrEqual(Math.max(1, rate));
      },
    ),
    { numRuns: 100 },
  );
});

test("a request that never got onto the wire counts from its permit", async () => {
  const clock = virtualClock();
  const limiter = new RateLimiter(1, clock);
  const first = await limiter.acquire();
  await clock.until(clock.sleep(300));
  first?.release();
  first?.started();
  await clock.until(limiter.acquire());
  expect(clock.monotonicNow()).toBe(1025);
});

test("nobody gets a permit before the window and its margin are over, however often one is asked for", async () => {
  const clock = virtualClock();
  const limiter = new RateLimiter(1, clock);
  (await limiter.acquire())?.started();
  await clock.until(clock.sleep(990));
  await clock.until(limiter.acquire());
  expect(clock.monotonicNow()).toBe(1025);
});

test("permits are given first come, first served", async () => {
  const clock = virtualClock();
  const limiter = new RateLimiter(1, clock);
  const order: number[] = [];
  const all = [1, 2, 3].map(async (name) => {
    (await limiter.acquire())?.started();
    order.push(name);
  });
  await clock.until(Promise.all(all));
  expect(order).toEqual([1, 2, 3]);
});

describe("a stop", () => {
  test("gives no permit to those who come later, nor to those who wait", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(1, clock);
    const stop = new AbortController();
    (await limiter.acquire(stop.signal))?.started();
    const waiting = limiter.acquire(stop.signal);
    stop.abort();
    expect(await waiting).toBeUndefined();
    expect(await limiter.acquire(stop.signal)).toBeUndefined();
  });

  test("leaves the others in the queue", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(1, clock);
    (await limiter.acquire())?.started();
    const stop = new AbortController();
    const stays = limiter.acquire();
    const leaves = limiter.acquire(stop.signal);
    const alsoStays = limiter.acquire();
    stop.abort();
    expect(await leaves).toBeUndefined();
    (await clock.until(stays))?.started();
    expect(await clock.until(alsoStays)).toBeDefined();
    expect(clock.monotonicNow()).toBe(2050);
  });
});

/** More refusals than jitter explains. */
function refuseBurst(limiter: RateLimiter): void {
  for (let refusal = 0; refusal < 6; refusal += 1) limiter.onThrottled();
}

/** How long after the first of two full bursts the second one starts. */
async function windowMs(limiter: RateLimiter, clock: VirtualClock): Promise<number> {
  const starts: number[] = [];
  const one = async (): Promise<void> => {
    (await limiter.acquire())?.started();
    starts.push(clock.monotonicNow());
  };
  await clock.until(Promise.all(Array.from({ length: 2 * limiter.rate }, one)));
  return (starts.at(-1) ?? 0) - (starts[0] ?? 0);
}

describe("refusals that jitter explains", () => {
  test("widen the window by one step for each burst, up to a bound, and leave the rate alone", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    const windows: number[] = [await windowMs(limiter, clock)];
    for (let burst = 0; burst < 3; burst += 1) {
      await clock.until(clock.sleep(2_000));
      for (let refusal = 0; refusal < 5; refusal += 1) limiter.onThrottled();
      limiter.onSuccess();
      await clock.until(clock.sleep(2_000));
      windows.push(await windowMs(limiter, clock));
    }
    expect(windows).toEqual([1025, 1050, 1075, 1075]);
    expect(limiter.rate).toBe(10);
  });

  test("do not widen the window when more of the burst follow: others use the limit, too", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    refuseBurst(limiter);
    limiter.onSuccess();
    await clock.until(clock.sleep(60_000));
    (await clock.until(limiter.acquire()))?.started();
    await clock.until(clock.sleep(2_000));
    expect(limiter.rate).toBe(10);
    expect(await windowMs(limiter, clock)).toBe(1025);
  });
});

describe("refusals because others use the limit, too,", () => {
  test("halve the rate once for all refusals of a burst", () => {
    const limiter = new RateLimiter(10, virtualClock());
    const rates: number[] = [];
    for (let refusal = 0; refusal < 10; refusal += 1) {
      limiter.onThrottled();
      rates.push(limiter.rate);
    }
    expect(rates).toEqual([10, 10, 10, 10, 10, 5, 5, 5, 5, 5]);
  });

  test("halve it at the first refusal when it was lowered before", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    refuseBurst(limiter);
    limiter.onSuccess();
    await clock.until(clock.sleep(1_000));
    limiter.onThrottled();
    expect(limiter.rate).toBe(4);
  });

  test("halve it at the first refusal when there is one request per window", () => {
    const limiter = new RateLimiter(1.5, virtualClock());
    limiter.onThrottled();
    expect(limiter.rate).toBe(1);
  });

  test("halve it once also late in a run, when the refusals come one after the other", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    await clock.until(clock.sleep(60_000));
    for (let refusal = 0; refusal < 9; refusal += 1) {
      limiter.onThrottled();
      await clock.until(clock.sleep(50));
    }
    expect(limiter.rate).toBe(5);
  });

  test("halve it again when the lower rate is refused, too, down to one per second", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    const rates: number[] = [];
    for (let burst = 0; burst < 6; burst += 1) {
      refuseBurst(limiter);
      rates.push(limiter.rate);
      await clock.until(clock.sleep(999));
    }
    expect(rates).toEqual([5, 2.5, 1.25, 1, 1, 1]);
  });

  test("are forgotten in steps of three tenths per second", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    refuseBurst(limiter);
    limiter.onSuccess();
    await clock.until(clock.sleep(900));
    await clock.until(limiter.acquire());
    expect(limiter.rate).toBe(5);
    await clock.until(clock.sleep(200));
    await clock.until(limiter.acquire());
    expect(limiter.rate).toBe(8);
    await clock.until(clock.sleep(60_000));
    await clock.until(limiter.acquire());
    expect(limiter.rate).toBe(10);
  });

  test("are forgotten one step at a time, however often a permit is asked for", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    refuseBurst(limiter);
    await clock.until(clock.sleep(600));
    limiter.onThrottled();
    limiter.onSuccess();
    const rates: number[] = [];
    for (const ms of [1_000, 400, 400, 400, 1_000]) {
      await clock.until(clock.sleep(ms));
      await clock.until(limiter.acquire());
      rates.push(limiter.rate);
    }
    expect(rates).toEqual([5.5, 5.5, 5.5, 8.5, 10]);
  });

  test("are not forgotten before the API has processed a request", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    refuseBurst(limiter);
    await clock.until(clock.sleep(60_000));
    await clock.until(limiter.acquire());
    expect(limiter.rate).toBe(5);
    limiter.onSuccess();
    await clock.until(limiter.acquire());
    expect(limiter.rate).toBe(8);
  });

  test("never raise a low rate", () => {
    const limiter = new RateLimiter(0.2, virtualClock());
    limiter.onThrottled();
    expect(limiter.rate).toBe(0.2);
  });
});

describe("in a simulated network", () => {
  /** Deletes `calls` batches for each of `jobs` clients. Resolves with the time that it took, in milliseconds. */
  async function simulate(options: {
    jobs?: number;
    calls: number;
    jitterMs: number;
    seed: number;
    refusedCount?: boolean;
  }) {
    const { jobs = 1, calls, jitterMs, seed, refusedCount = false } = options;
    const random = seededRandom(seed);
    const clock = virtualClock();
    const transitMs = () => 5 + random() * jitterMs;
    const latencyMs = () => 30 + random() * 40;
    const api = fakeApi({ clock, inventory: [], limit: 10, refusedCount, transitMs, latencyMs });
    const job = async (): Promise<void> => {
      const { client } = clientFor(api, clock, { random });
      await clock.sleep(jobs > 1 ? random() * 300 : 0);
      const request = { action: "BatchDeleteCSR", parameters: { CSRIds: [] }, size: 100 };
      const one = async (): Promise<void> => {
        const permit = await client.acquire(never);
        expect(permit && (await client.call(request, permit, never))).toMatchObject({ ok: true });
      };
      await Promise.all(Array.from({ length: calls }, one));
    };
    await clock.until(Promise.all(Array.from({ length: jobs }, job)));
    expect(mostInASecond(api.startedAt)).toBeLessThanOrEqual(jobs * 10);
    return { ms: clock.monotonicNow(), rateLimited: api.rateLimited };
  }
  const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

  test.each([100, 200, 300])("with %i ms of jitter, 10,000 IDs take at most 1.15 times the ideal", async (jitterMs) => {
    let refusals = 0;
    for (const seed of seeds) {
      const { ms, rateLimited } = await simulate({ calls: 100, jitterMs, seed });
      // 100 calls at 10 per second.
      expect(ms).toBeLessThan(1.15 * 10_000);
      refusals += rateLimited;
    }
    // Otherwise the network would be too smooth to show anything.
    expect(refusals).toBeGreaterThan(0);
  });

  test.each([
    [3, 20],
    [5, 20],
    [2, 100],
    [10, 30],
  ])("%i jobs of %i calls share the limit, in at most 1.5 times the time that it allows", async (jobs, calls) => {
    for (const seed of seeds) {
      const { ms } = await simulate({ jobs, calls, jitterMs: 10, seed });
      expect(ms).toBeLessThan(1.5 * (Math.floor((jobs * calls - 1) / 10) * 1000 + 50));
    }
  });

  test.each([
    [3, 20],
    [10, 30],
  ])("%i jobs of %i calls all come to their end even if the API counts what it refuses", async (jobs, calls) => {
    for (const seed of seeds.slice(0, 4)) await simulate({ jobs, calls, jitterMs: 10, seed, refusedCount: true });
  });
});
