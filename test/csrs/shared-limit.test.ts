import { expect, test } from "vitest";
import { executePlan } from "../../src/csrs/execution.ts";
import { idsWith } from "../../src/csrs/outcome.ts";
import { clientFor, never } from "../support/client-for.ts";
import { fakeApi } from "../support/fake-api.ts";
import { seededRandom, virtualClock } from "../support/virtual-clock.ts";

const quiet = { onBatch() {}, onBisection() {}, onFailure() {}, onLookup() {}, onPage() {} };

/** Several jobs on one account, which start within a third of a second. Returns how long they took, in times of what the limit allows. */
async function race(jobs: number, size: number, seed: number, refusedCount: boolean): Promise<number> {
  const random = seededRandom(seed);
  const clock = virtualClock();
  const all = Array.from({ length: jobs * size }, (_, index) => index + 1);
  const api = fakeApi({
    clock,
    inventory: all,
    limit: 10,
    refusedCount,
    transitMs: () => 5 + random() * 10,
    latencyMs: () => 30 + random() * 40,
  });
  const job = async (number: number): Promise<void> => {
    await clock.sleep(random() * 300);
    const ids = all.slice(number * size, (number + 1) * size);
    const { client } = clientFor(api, clock, { random });
    const { outcomes } = await executePlan(ids, { client, clock, cancel: never, observer: quiet });
    expect(idsWith(outcomes, "deleted")).toHaveLength(size);
  };
  await clock.until(Promise.all(Array.from({ length: jobs }, (_, number) => job(number))));
  return clock.monotonicNow() / (Math.floor((all.length / 100 - 1) / 10) * 1000 + 50);
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
/** How many jobs, and how many CSRs each of them has. */
const JOBS = [
  [3, 2000],
  [5, 2000],
  [2, 10_000],
  [10, 3000],
] as const;

test.each(JOBS)(
  "%i jobs of %i CSRs share the limit, in at most 1.5 times the time that it allows",
  async (jobs, size) => {
    for (const seed of SEEDS) expect(await race(jobs, size, seed, false)).toBeLessThan(1.5);
  },
);

test.each(JOBS)("%i jobs of %i CSRs all finish even if the API counts what it refuses", async (jobs, size) => {
  for (const seed of SEEDS) expect(await race(jobs, size, seed, true)).toBeLessThan(5);
});
