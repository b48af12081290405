import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Permit, RateLimiter } from "../../src/tencentcloud/rate-limiter.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";
import { mostInASecond, type SharedLimitOptions, shareLimit } from "./shared-limit.ts";

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

test("a burst of ten starts at once, the next ten a second later", async () => {
  const sent = await starts(virtualClock(), 10, 25);
  expect(sent).toEqual([...Array(10).fill(0), ...Array(10).fill(1040), ...Array(5).fill(2080)]);
});

test.each([
  [100, 100, 1000],
  [10, 10, 1000],
  [2.5, 2, 1000],
  [1, 1, 1000],
  [0.5, 1, 2000],
  [0.1, 1, 10_000],
])("at %d a second, %d may start in %d ms and the margin", async (rate, size, ms) => {
  const sent = await starts(virtualClock(), rate, size + 1);
  expect(sent).toEqual([...Array(size).fill(0), ms + 40]);
});

test("a slow rate waits between single requests", async () => {
  expect(await starts(virtualClock(), 0.5, 3)).toEqual([0, 2040, 4080]);
});

test("a request counts from when it is on the wire, not from when it was asked for", async () => {
  const sent = await starts(virtualClock(), 10, 11, (index) => (index < 10 ? 400 : 0));
  expect(sent.at(-1)).toBe(1440);
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
  expect(clock.monotonicNow()).toBe(1040);
});

test("nobody gets a permit before the window and its margin are over, however often one is asked for", async () => {
  const clock = virtualClock();
  const limiter = new RateLimiter(1, clock);
  (await limiter.acquire())?.started();
  await clock.until(clock.sleep(990));
  await clock.until(limiter.acquire());
  expect(clock.monotonicNow()).toBe(1040);
});

test("a slot is free a window after its own start, in whatever order the connections were made", async () => {
  const sent = await starts(virtualClock(), 3, 6, (index) => [600, 0, 300][index] ?? 0);
  expect(sent).toEqual([0, 300, 600, 1040, 1340, 1640]);
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

  test("of one who has a permit takes none from those who wait", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(1, clock);
    const stop = new AbortController();
    (await limiter.acquire(stop.signal))?.started();
    const waiting = limiter.acquire();
    stop.abort();
    expect(await clock.until(waiting)).toBeDefined();
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
    expect(clock.monotonicNow()).toBe(2080);
  });
});

/** Resolves when a permit is free; its request goes onto the wire at once. */
async function start(limiter: RateLimiter, clock: VirtualClock): Promise<{ at: number; permit: Permit }> {
  const permit = await clock.until(limiter.acquire());
  if (!permit) throw new Error("no permit");
  permit.started();
  return { at: clock.monotonicNow(), permit };
}

/** Makes a request that takes no time; returns when it started. */
async function request(limiter: RateLimiter, clock: VirtualClock, outcome: "served" | "refused"): Promise<number> {
  const { at, permit } = await start(limiter, clock);
  permit.release();
  if (outcome === "served") limiter.onSuccess();
  else limiter.onThrottled();
  return at;
}

function refuse(limiter: RateLimiter, times: number): void {
  for (let refusal = 0; refusal < times; refusal += 1) limiter.onThrottled();
}

/** A limiter of which `refusals` requests have been refused, with all of them out of the window. */
async function afterRefusals(refusals: number, rate = 10) {
  const clock = virtualClock();
  const limiter = new RateLimiter(rate, clock);
  await clock.until(clock.sleep(60_000));
  refuse(limiter, refusals);
  return { clock, limiter, refusedAt: clock.monotonicNow() };
}

describe("refusals that network jitter explains, up to half of a burst,", () => {
  test("double the window's margin", async () => {
    const { clock, limiter, refusedAt } = await afterRefusals(5);
    const sent: number[] = [];
    for (let index = 0; index < 11; index += 1) sent.push((await start(limiter, clock)).at - refusedAt);
    expect(sent).toEqual([...Array(10).fill(0), 1080]);
  });

  test("are forgotten by and by", async () => {
    const { clock, limiter, refusedAt } = await afterRefusals(1);
    for (let served = 0; served < 14; served += 1) limiter.onSuccess();
    for (let index = 0; index < 10; index += 1) await start(limiter, clock);
    const windowMs = (await start(limiter, clock)).at - refusedAt;
    expect(windowMs).toBeCloseTo(1040 + 40 * 0.95 ** 14, 6);
  });
});

describe("more refusals: others use the limit, too,", () => {
  test("stop the starts for one window after the last of them", async () => {
    const { clock, limiter, refusedAt } = await afterRefusals(6);
    expect((await start(limiter, clock)).at - refusedAt).toBe(1080);
  });

  test("stop them also when permits are waited for already", async () => {
    const clock = virtualClock();
    const limiter = new RateLimiter(10, clock);
    const permits = await Promise.all(Array.from({ length: 10 }, () => limiter.acquire()));
    const next = limiter.acquire();
    for (const permit of permits) permit?.started();
    await clock.until(clock.sleep(500));
    for (const permit of permits) permit?.release();
    refuse(limiter, 10);
    await clock.until(next);
    expect(clock.monotonicNow()).toBe(1580);
  });

  test("let requests start one at a time until enough were served", async () => {
    const { clock, limiter } = await afterRefusals(10);
    let alone = 0;
    for (let isAlone = true; isAlone; ) {
      await clock.until(clock.sleep(2_000));
      const { permit } = await start(limiter, clock);
      let second: Permit | undefined;
      const waiting = limiter.acquire().then((granted) => {
        second = granted;
      });
      await clock.until(clock.sleep(50));
      isAlone = second === undefined;
      permit.release();
      await clock.until(waiting);
      second?.release();
      if (isAlone) alone += 1;
      limiter.onSuccess();
    }
    // 10 * 0.95 ** 14 is below 5 for the first time.
    expect(alone).toBe(14);
  });

  test("let the next one start when the one before has ended, once it is known what came of it", async () => {
    const { clock, limiter } = await afterRefusals(10);
    const { at, permit } = await start(limiter, clock);
    const next = limiter.acquire();
    await clock.until(clock.sleep(300));
    permit.release();
    await clock.until(next);
    expect(clock.monotonicNow() - at).toBe(301);
  });

  test("and a request that is refused is followed by silence, not by the next request", async () => {
    const { clock, limiter } = await afterRefusals(6);
    const { permit } = await start(limiter, clock);
    const next = limiter.acquire();
    await clock.until(clock.sleep(30));
    permit.release();
    await Promise.resolve();
    limiter.onThrottled();
    const refusedAt = clock.monotonicNow();
    await clock.until(next);
    expect(clock.monotonicNow() - refusedAt).toBe(1080);
  });

  test("let a request that takes longer than a window hold up the others no longer than that", async () => {
    const { clock, limiter } = await afterRefusals(10);
    const { at } = await start(limiter, clock);
    expect((await start(limiter, clock)).at - at).toBe(1080);
  });

  test("make the silence longer and longer while nothing is served", async () => {
    const { clock, limiter } = await afterRefusals(10);
    const gaps: number[] = [];
    for (let last = clock.monotonicNow(); gaps.length < 4; ) {
      const at = await request(limiter, clock, "refused");
      gaps.push(Math.round(at - last));
      last = at;
    }
    expect(gaps).toEqual([1080, 1188, 1296, 1404]);
  });

  test("make it one window again once a request was served", async () => {
    const { clock, limiter } = await afterRefusals(30);
    await request(limiter, clock, "served");
    const refusedAt = await request(limiter, clock, "refused");
    // 10 * 0.95 + 1 refusals.
    expect((await start(limiter, clock)).at - refusedAt).toBeCloseTo(1080 * 1.05, 6);
  });

  test("are counted against the rate: one is enough at a request a window, in windows of its length", async () => {
    const { clock, limiter, refusedAt } = await afterRefusals(1, 0.5);
    expect((await start(limiter, clock)).at - refusedAt).toBe(2080);
  });

  test("leave the sliding second as it is", async () => {
    const { clock, limiter } = await afterRefusals(6);
    const sent: number[] = [];
    for (let index = 0; index < 40; index += 1) sent.push(await request(limiter, clock, "served"));
    expect(mostInASecond(sent)).toBe(10);
  });
});

describe("timers", () => {
  /** How many sleeps are under way. */
  function countingClock() {
    const clock = virtualClock();
    let sleeping = 0;
    const sleep: VirtualClock["sleep"] = async (ms, signal) => {
      sleeping += 1;
      await clock.sleep(ms, signal);
      sleeping -= 1;
    };
    return { clock: { ...clock, sleep }, sleeping: () => sleeping };
  }

  test("end when nobody waits any more, so that they keep no process alive", async () => {
    const { clock, sleeping } = countingClock();
    const limiter = new RateLimiter(1, clock);
    const stop = new AbortController();
    const permit = await limiter.acquire();
    permit?.started();
    permit?.release();
    expect(sleeping()).toBe(0);
    const waiting = limiter.acquire(stop.signal);
    expect(sleeping()).toBe(1);
    stop.abort();
    await waiting;
    await new Promise((resolve) => setImmediate(resolve));
    expect(sleeping()).toBe(0);
  });

  test("are one at a time, however many wait", async () => {
    const { clock, sleeping } = countingClock();
    const limiter = new RateLimiter(1, clock);
    const permit = await limiter.acquire();
    permit?.started();
    for (let waiting = 0; waiting < 20; waiting += 1) void limiter.acquire();
    permit?.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sleeping()).toBe(1);
  });

  test("are not needed while requests that have not started yet fill the window", async () => {
    const { clock, sleeping } = countingClock();
    const limiter = new RateLimiter(1, clock);
    await limiter.acquire();
    void limiter.acquire();
    expect(sleeping()).toBe(0);
  });
});

describe("simulated, with many seeds:", () => {
  type Scenario = Omit<SharedLimitOptions, "seed">;

  /** The worst of all seeds. */
  async function worst(scenario: Scenario, seeds = 12): Promise<{ ms: number; refusedShare: number }> {
    let ms = 0;
    let refusedShare = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const result = await shareLimit({ ...scenario, seed });
      for (const startedAt of result.startedAt) expect(mostInASecond(startedAt)).toBeLessThanOrEqual(10);
      ms = Math.max(ms, result.ms);
      refusedShare = Math.max(refusedShare, result.refusedShare);
    }
    return { ms, refusedShare };
  }

  test.each<[scenario: Scenario, seconds: number, refusedShare: number]>([
    [{ jobs: 3, calls: 20 }, 8, 0.41],
    [{ jobs: 5, calls: 30 }, 21, 0.45],
    [{ jobs: 5, calls: 60 }, 43, 0.4],
  ])("%o share the limit that counts refused requests, in %d s", async (scenario, seconds, refusedShare) => {
    const { ms, refusedShare: share } = await worst({ ...scenario, staggerMs: 100 });
    expect(ms).toBeLessThanOrEqual(seconds * 1000);
    expect(share).toBeLessThanOrEqual(refusedShare);
  });

  test.each<[scenario: Scenario, seconds: number, refusedShare: number]>([
    [{ jobs: 3, calls: 20 }, 9.5, 0.4],
    [{ jobs: 5, calls: 30 }, 21, 0.45],
    [{ jobs: 5, calls: 60 }, 43, 0.4],
  ])("%o list first, and share the limit in %d s", async (scenario, seconds, refusedShare) => {
    const { ms, refusedShare: share } = await worst({ ...scenario, staggerMs: 100, pages: 1 });
    expect(ms).toBeLessThanOrEqual(seconds * 1000);
    expect(share).toBeLessThanOrEqual(refusedShare);
  });

  test.each<[scenario: Scenario]>([
    [{ jobs: 3, calls: 20 }],
    [{ jobs: 5, calls: 20 }],
    [{ jobs: 2, calls: 100 }],
    [{ jobs: 10, calls: 30 }],
  ])("%o share a limit that counts no refused requests, in at most 1.5 times what it allows", async (scenario) => {
    const { ms } = await worst({ ...scenario, staggerMs: 300, refusedCount: false }, 6);
    const calls = (scenario.jobs ?? 1) * scenario.calls;
    expect(ms).toBeLessThanOrEqual(1.5 * ((calls / 10 - 1) * 1000 + 50));
  });

  test("alone, 50 calls take at most 5 % longer than the limit allows", async () => {
    // Four windows after the first burst, and the last response.
    const { ms, refusedShare } = await worst({ calls: 50 });
    expect(ms).toBeLessThanOrEqual(1.05 * (4000 + 54));
    expect(refusedShare).toBe(0);
  });

  test("alone, under 200 ms of jitter, 50 calls take at most 1.15 times what the limit allows", async () => {
    const { ms, refusedShare } = await worst({ calls: 50, jitterMs: 200, refusedCount: false }, 40);
    expect(ms).toBeLessThanOrEqual(1.15 * 5000);
    // Otherwise the network would be too smooth to show anything.
    expect(refusedShare).toBeGreaterThan(0);
  });

  test("alone, under jitter, where refused requests count, half of the runs take as little", async () => {
    const times: number[] = [];
    for (let seed = 1; seed <= 41; seed += 1) times.push((await shareLimit({ calls: 50, jitterMs: 200, seed })).ms);
    times.sort((a, b) => a - b);
    expect(times[20]).toBeLessThanOrEqual(1.15 * 5000);
    expect(times.at(-1)).toBeLessThanOrEqual(1.5 * 5000);
  });

  /** A window that is full at the start, and refused requests that count. */
  test.each<[scenario: Scenario, seconds: number]>([
    [{ calls: 1, latencyMs: 100, others: 2, before: 10 }, 3],
    [{ calls: 1, latencyMs: 80, others: 2, before: 10 }, 3],
    [{ calls: 1, latencyMs: 100, others: 9, before: 10 }, 4],
    [{ calls: 12, latencyMs: 100, others: 2 }, 4],
    [{ calls: 1, others: 9, before: 10 }, 4],
    [{ jobs: 20, calls: 1 }, 3],
    [{ jobs: 20, calls: 2 }, 8],
    [{ jobs: 12, calls: 3, others: 2, before: 10 }, 10],
    [{ jobs: 10, calls: 3, latencyMs: 300 }, 9],
    [{ jobs: 10, calls: 20, latencyMs: 200 }, 45],
  ])("%o: nobody is kept out for ever: all are served in %d s", async (scenario, seconds) => {
    expect((await worst(scenario, 12)).ms).toBeLessThanOrEqual(seconds * 1000);
  });
});
