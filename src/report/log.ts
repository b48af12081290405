/** The log of the step while it runs. It only prints: the report is made from what the steps return. */
import * as core from "@actions/core";
import type { ExecutionObserver } from "../csrs/execution.ts";
import type { Plan } from "../csrs/plan.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import type { AttemptRecord, ClientObserver } from "../tencentcloud/api-client.ts";
import type { ApiFailure } from "../tencentcloud/errors.ts";
import { formatCount, formatCsrCount, formatDuration, formatNumber, plainText, sanitizeLine } from "./text.ts";
import { clockNote, describePlan } from "./verdict.ts";
import {
  describeDecision,
  describeLogin,
  describeRules,
  describeTime,
  OWN_WORDS,
  rowsInOrder,
  rulesOf,
} from "./words.ts";

const MAX_ROWS = 100;
const MAX_LINE = 1_000;

export class Log implements ClientObserver, ExecutionObserver {
  readonly #redactor: Redactor;
  /** Retries that have no line, by what is retried and why. */
  readonly #retries = new Map<string, number>();
  #inputs: Inputs | undefined;
  #listed = 0;
  /** Standard output is closed, or its disk is full. */
  broken = false;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  line(text: string): void {
    this.#print(() => core.info(this.#safe(text)));
  }

  annotate(level: Note["level"], title: string, message: string): void {
    const print = level === "error" ? core.error : core.warning;
    this.#print(() => print(message, { title }));
  }

  /** Nothing may fail because nobody can read the log any more. */
  #print(print: () => void): void {
    try {
      print();
    } catch {
      this.broken = true;
    }
  }

  #safe(text: string): string {
    return sanitizeLine(this.#redactor.redact(text), MAX_LINE);
  }

  #group(title: string, lines: readonly string[]): void {
    this.#print(() => core.startGroup(this.#safe(title)));
    for (const line of lines) this.line(line);
    this.#print(() => core.endGroup());
  }

  start(given: Inputs): void {
    const inputs = this.#redactor.redactValue(given, OWN_WORDS);
    this.#inputs = inputs;
    this.#group(`Delete Tencent Cloud SSL CSRs${inputs.dryRun ? ": dry run" : ""}`, [
      ...describeRules(inputs).map(([name, value]) => `${name}: ${plainText(value)}`),
      `endpoint: ${inputs.endpoint.origin}`,
      `credentials: ${describeLogin(inputs)}`,
      `requests-per-second: ${inputs.requestsPerSecond}`,
      ...(inputs.comment ? ["comment-on-pull-request: true"] : []),
    ]);
  }

  login({ roleArn, sessionName }: { readonly roleArn: string; readonly sessionName: string }): void {
    this.line(`Logged in as ${roleArn}, session ${sessionName}.`);
  }

  plan(plan: Plan): void {
    const rules = rulesOf(this.#inputs);
    const shown = this.#redactor.redactValue(rowsInOrder({ plan }).slice(0, MAX_ROWS), OWN_WORDS);
    const lines = shown.map(({ id, record: csr, decision, ageMs }) => {
      const cells = [id, describeDecision(decision, rules), csr?.domain, describeTime(csr, ageMs), csr?.remarks];
      return plainText(cells.join(" | "));
    });
    const rest = plan.rows.length - lines.length;
    if (rest > 0) lines.push(`… and ${formatCount(rest, "more row")}.`);
    this.#group(`Plan: ${describePlan(plan)}`, lines);
  }

  onAttempt({ action, size, attempt, durationMs, requestId, code = "ok" }: AttemptRecord): void {
    const made = `${action} of ${size}, attempt ${attempt}, ${Math.round(durationMs)} ms`;
    this.#print(() => core.debug(this.#safe(`${made}: ${describe(code, requestId)}`)));
  }

  onRetry({ action, attempt, requestId }: AttemptRecord, { code }: ApiFailure, waitMs: number): void {
    const kind = `${action}: ${code}`;
    const known = this.#retries.get(kind);
    this.#retries.set(kind, (known ?? -1) + 1);
    if (known !== undefined) return;
    const wait = waitMs > 0 ? `in ${formatDuration(waitMs)}` : "at a lower rate";
    this.line(`${action}: attempt ${attempt} failed with ${describe(code, requestId)}; retrying ${wait}.`);
  }

  retries(): void {
    for (const [kind, count] of this.#retries)
      if (count > 0) this.line(`${kind}: ${formatNumber(count)} more ${count === 1 ? "retry" : "retries"}.`);
  }

  onClockCorrected(offsetMs: number): void {
    this.line(clockNote(offsetMs).message);
  }

  onBatch({ asked, deletion, done, total }: Parameters<ExecutionObserver["onBatch"]>[0]): void {
    const { deleted, requestId } = deletion;
    const rest = asked - deleted.length;
    const unconfirmed = rest > 0 ? `, ${formatNumber(rest)} not confirmed` : "";
    const progress = `${formatNumber(done)} of ${formatNumber(total)} done${describe("", requestId)}`;
    this.line(`Deleted ${formatNumber(deleted.length)} of ${formatCsrCount(asked)}${unconfirmed}; ${progress}.`);
  }

  onBisection(size: number, { code, requestId }: ApiFailure): void {
    this.line(`A call for ${formatCsrCount(size)} was refused with ${describe(code, requestId)}; splitting it.`);
  }

  onFailure(size: number, { code, requestId, message }: ApiFailure): void {
    this.line(`A call for ${formatCsrCount(size)} failed with ${describe(code, requestId)}: ${message}`);
  }

  onLookup(unconfirmed: number): void {
    this.line(`Looking up ${formatCsrCount(unconfirmed)} that no response confirmed.`);
  }

  onPage({ read, total }: Parameters<ExecutionObserver["onPage"]>[0]): void {
    // A line for each 1,000. A second reading starts again at 0.
    if (read < this.#listed) this.#listed = 0;
    if (read - this.#listed < 1_000) return;
    this.#listed = read;
    this.line(`Listed ${formatNumber(read)} of ${formatCsrCount(total)}.`);
  }
}

const describe = (code: string, requestId: string | undefined): string =>
  `${code}${requestId ? ` (RequestId ${requestId})` : ""}`;

export const createLog = (redactor: Redactor): Log => new Log(redactor);
