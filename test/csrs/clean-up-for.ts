/** A whole clean-up against the fake API, in virtual time. */
import { type CleanUp, type CleanUpOptions, cleanUp } from "../../src/cleanup/cleanup.ts";
import { idsWith, type OutcomeName } from "../../src/cleanup/outcome.ts";
import { clientFor, type Told } from "../client-for.ts";
import { type FakeApi, type FakeApiOptions, fakeApi } from "../fake-api.ts";
import { type VirtualTime, virtualTime } from "../virtual-time.ts";

export interface Ran extends CleanUp {
  readonly api: FakeApi;
  readonly told: Told;
  readonly time: VirtualTime;
  readonly events: {
    readonly splits: number;
    readonly failures: number;
    readonly lookups: readonly number[];
    readonly progress: readonly number[];
  };
  ids(...names: readonly OutcomeName[]): readonly number[];
}

export interface RunOptions extends Omit<FakeApiOptions, "time"> {
  readonly requestsPerSecond?: number;
  readonly random?: () => number;
  /** Cancels after so many milliseconds; what is out is given up 3 seconds later. */
  readonly cancelAfterMs?: number | undefined;
}

export async function runCleanUp(ids: readonly number[], options: RunOptions): Promise<Ran> {
  const time = virtualTime(options.random);
  const api = fakeApi({ ...options, time });
  const cancel = new AbortController();
  const abandon = new AbortController();
  if (options.cancelAfterMs !== undefined) {
    void time.sleep(options.cancelAfterMs).then(() => cancel.abort());
    void time.sleep(options.cancelAfterMs + 3_000).then(() => abandon.abort());
  }
  const { client, told } = clientFor(api, time, {
    abandon: abandon.signal,
    requestsPerSecond: options.requestsPerSecond ?? 10,
  });
  const lookups: number[] = [];
  const progress: number[] = [];
  const counts = { splits: 0, failures: 0 };
  const events: CleanUpOptions["events"] = {
    onAnswer: ({ done }) => progress.push(done),
    onSplit: () => {
      counts.splits += 1;
    },
    onFailure: () => {
      counts.failures += 1;
    },
    onListing: (count) => lookups.push(count),
  };
  const result = await time.until(cleanUp(ids, { client, cancel: cancel.signal, events }));
  return {
    ...result,
    api,
    told,
    time,
    events: { ...counts, lookups, progress },
    ids: (...names) => idsWith(result.outcomes, ...names),
  };
}
