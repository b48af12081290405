/** The log while the run works: a line a batch, retries, and what the run was told to do. */
import * as core from "@actions/core";
import type { CleanUpOptions } from "../cleanup/cleanup.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { CallRecord, ClientEvents } from "../tencentcloud/client.ts";
import type { Annotation } from "./result.ts";
import { csrs, duration, number, oneLine, someIds } from "./text.ts";

export interface Log extends ClientEvents {
  readonly cleanUp: CleanUpOptions["events"];
  /** What the run was told to do, with nothing secret in it. */
  start(inputs: Inputs): void;
  line(text: string): void;
  /** Collected for the report. */
  readonly calls: readonly CallRecord[];
  readonly notices: readonly Annotation[];
}

/** @param clean hides secrets */
export function createLog(clean: (text: string) => string): Log {
  const calls: CallRecord[] = [];
  const notices: Annotation[] = [];
  const strange = new Set<string>();
  const line = (text: string): void => core.info(clean(text));
  const json = (value: unknown): string =>
    JSON.stringify(value, (_key, part: unknown) => (typeof part === "string" ? clean(part) : part)) ?? "undefined";
  /** Text from outside. Secrets go first: half of one would not be found. */
  const said = (text: string, max: number): string => oneLine(clean(text), max);
  const inBrackets = (requestId: string | undefined): string =>
    requestId ? ` (RequestId ${said(requestId, 100)})` : "";

  return {
    calls,
    get notices(): readonly Annotation[] {
      if (strange.size === 0) return notices;
      const message = `The API named CSRs that were not asked for, or no CSRs at all: ${oneLine([...strange].join(", "))}. They are not counted.`;
      return [...notices, { level: "warning", title: "Strange answer", message }];
    },
    line,
    start({ csrIds, duplicates, credentials, endpoint, dryRun, requestsPerSecond, onAbsent }) {
      core.startGroup(`Delete Tencent Cloud CSRs: ${csrs(csrIds.length)}${dryRun ? ", dry run" : ""}`);
      line(
        `CSR IDs: ${someIds(csrIds, 100) || "none"}${duplicates > 0 ? ` (${number(duplicates)} repeated, dropped)` : ""}`,
      );
      line(`Endpoint: ${endpoint.origin}`);
      line(`Credentials: ${credentials ? `given, ${credentials.token ? "with" : "without"} session token` : "none"}`);
      line(`Requests per second: at most ${requestsPerSecond}`);
      line(`On absent CSRs: ${onAbsent}`);
      core.endGroup();
    },
    onCall(record) {
      calls.push(record);
      const { action, size, attempt, durationMs, requestId, code } = record;
      core.debug(
        clean(
          `${action} of ${size}, attempt ${attempt}: ${said(code ?? "ok", 100)} after ${durationMs} ms${inBrackets(requestId)}`,
        ),
      );
    },
    onRetry({ action, attempt, requestId }, { code }, waitMs) {
      const wait = waitMs > 0 ? `in ${duration(waitMs)}` : "at a slower pace";
      line(`${action}: attempt ${attempt} failed with ${said(code, 100)}${inBrackets(requestId)}; again ${wait}.`);
    },
    onClockCorrected(errorMs) {
      const message = `The runner's clock is ${duration(Math.abs(errorMs))} ${errorMs > 0 ? "behind" : "ahead of"} the API's. Requests are signed with the API's time; set the runner's clock (NTP).`;
      notices.push({ level: "warning", title: "The runner's clock is wrong", message });
      line(message);
    },
    cleanUp: {
      onAnswer({ asked, answer: { deleted, strange: values, requestId }, done, total }) {
        const rest = asked - deleted.length;
        const left = rest > 0 ? `, ${number(rest)} not confirmed` : "";
        line(
          `Deleted ${number(deleted.length)} of ${csrs(asked)}${left}; ${number(done)} of ${number(total)} done${inBrackets(requestId)}.`,
        );
        for (const value of values.slice(0, 10)) if (strange.size < 10) strange.add(clean(json(value)));
      },
      onSplit(size, { code, requestId }) {
        line(`A call of ${csrs(size)} was refused with ${said(code, 100)}${inBrackets(requestId)}; trying its parts.`);
      },
      onFailure(size, { code, message, requestId }) {
        line(`A call of ${csrs(size)} failed with ${said(code, 100)}${inBrackets(requestId)}: ${said(message, 300)}`);
      },
      onListing(inQuestion) {
        line(`Looking up ${csrs(inQuestion)} that no answer confirmed.`);
      },
    },
  };
}
