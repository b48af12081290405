/** One row of the fault table: what goes wrong, and what the built action must make of it. */
import type { Fault, FaultRule } from "../../emulator/emulator.ts";
import type { Behaviour } from "../proxy.ts";
import type { Scenario } from "../scenario.ts";

export type OutcomeName = "deleted" | "absent" | "remaining" | "unknown" | "skipped";

/** Stands in a row for the URL of a server that must get no request. */
export const ELSEWHERE = "http://elsewhere/";

export interface Row extends Scenario {
  readonly name: string;
  /** HTTPS with a certificate that the action does not know, or knows. */
  readonly tls?: "unknown" | "trusted";
  /** A proxy that stands before the emulator. */
  readonly proxy?: Behaviour;
  readonly expect: {
    readonly exit: number;
    readonly deleted?: number;
    readonly absent?: number;
    /** Outcome and number of the IDs that are left; none unless given. */
    readonly left?: readonly [outcome: "remaining" | "unknown" | "skipped", count: number];
    /** Exactly these IDs have these outcomes, by the report. */
    readonly ids?: Readonly<Partial<Record<OutcomeName, readonly number[]>>>;
    /** In the log. */
    readonly says?: string | readonly string[];
    /** The only error holds this, and the RequestId of the first request. */
    readonly error?: string;
    readonly errors?: number;
    /** Requests that reached the emulator. */
    readonly deletions?: number;
    readonly lookups?: number;
    readonly maxDeletions?: number;
    readonly maxLookups?: number;
    /** Real milliseconds. */
    readonly maxMs?: number;
    /** Real milliseconds from the first signal to the end. */
    readonly maxSinceSignalMs?: number;
  };
}

export const HTML = "<html><head><title>Error</title></head><body>\r\n::error::page\r\n</body></html>";
export const onDelete = (fault: Fault, more: Omit<FaultRule, "fault" | "action"> = {}): FaultRule[] => [
  { action: "BatchDeleteCSR", ...more, fault },
];
export const once = (fault: Fault): FaultRule[] => onDelete(fault, { requests: [1] });
export const apiError = (code: string, message?: string): Fault => ({
  kind: "api-error",
  code,
  ...(message === undefined ? {} : { message }),
});
export const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);
export const green = { exit: 0, deleted: 5, deletions: 2, lookups: 0 } as const;
export const goneGreen = {
  exit: 0,
  absent: 5,
  deletions: 2,
  lookups: 1,
  says: "A call of this run may have deleted them",
} as const;
