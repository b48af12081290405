/** A whole execution against the fake API, in virtual time. */
import { type Execution, type ExecutionObserver, executePlan } from "../../src/csrs/execution.ts";
import type { OutcomeName } from "../../src/csrs/outcome.ts";
import type { Plan } from "../../src/csrs/plan.ts";
import type { Random } from "../../src/shared/clock.ts";
import { clientFor, type Observed } from "../support/client-for.ts";
import { type FakeApi, type FakeApiOptions, fakeApi } from "../support/fake-api.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

export interface Executed extends Execution {
  readonly api: FakeApi;
  readonly observed: Observed;
  readonly clock: VirtualClock;
  readonly events: {
    /** How many IDs each refused call was about that is split, and each failed one that is not. */
    readonly bisections: readonly number[];
    readonly failures: readonly number[];
    /** How many IDs each lookup was about. */
    readonly lookups: readonly number[];
    /** At each response: how many IDs it was about, done/total. */
    readonly progress: readonly string[];
  };
  ids(...names: readonly OutcomeName[]): readonly number[];
}

export interface ExecuteOptions extends Omit<FakeApiOptions, "clock"> {
  readonly requestsPerSecond?: number;
  readonly random?: Random;
  /** Cancels after so many milliseconds; requests in flight are dropped 3 seconds later. */
  readonly cancelAfterMs?: number;
  /** Replaces parts of the observer. */
  readonly observer?: Partial<ExecutionObserver>;
}

/** A plan that deletes `ids`; with `absent`, those that its listing did not show. */
export const planFor = (ids: readonly number[], absent?: readonly number[]): Plan => ({
  source: "ids",
  rows: ids.map((id) =>
    absent?.includes(id) ? { id, decision: "absent" } : { id, record: absent && { id }, decision: "delete" },
  ),
  unmatched: [],
});

export async function executeFor(planned: Plan | readonly number[], options: ExecuteOptions): Promise<Executed> {
  const plan = "rows" in planned ? planned : planFor(planned);
  const clock = virtualClock();
  const api = fakeApi({ ...options, clock });
  const cancel = new AbortController();
  const hardAbort = new AbortController();
  if (options.cancelAfterMs !== undefined) {
    void clock.sleep(options.cancelAfterMs).then(() => cancel.abort());
    void clock.sleep(options.cancelAfterMs + 3_000).then(() => hardAbort.abort());
  }
  const { client, observed } = clientFor(api, clock, {
    hardAbort: hardAbort.signal,
    requestsPerSecond: options.requestsPerSecond ?? 10,
    random: options.random ?? (() => 0.5),
  });
  const events = {
    bisections: [] as number[],
    failures: [] as number[],
    lookups: [] as number[],
    progress: [] as string[],
  };
  const observer: ExecutionObserver = {
    onBatch: ({ asked, done, total }) => events.progress.push(`${asked}, ${done}/${total}`),
    onFailure: (size, _failure, isSplit) => events[isSplit ? "bisections" : "failures"].push(size),
    onLookup: (unconfirmed) => events.lookups.push(unconfirmed),
    onPage: () => undefined,
    ...options.observer,
  };
  const execution = await clock.until(executePlan(plan, { client, clock, cancel: cancel.signal, observer }));
  const ids: Executed["ids"] = (...names) =>
    [...execution.outcomes].filter(([, { name }]) => names.includes(name)).map(([id]) => id);
  return { ...execution, api, observed, clock, events, ids };
}
