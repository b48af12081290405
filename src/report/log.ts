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
import { cellsOf, describeLogin, describeRules, OWN_WORDS, rowsInOrder } from "./words.ts";

const MAX_ROWS = 100;
/** The runner cuts it at 4,096 characters. */
const MAX_ANNOTATION = 4_000;

export class Log implements ClientObserver, ExecutionObserver {
  readonly #redactor: Redactor;
  /** By what is retried and why. The first has a line of its own. */
  readonly #retries = new Map<string, number>();
  #listed = 0;
  /** Standard output is closed, or its disk is full. */
  broken = false;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  line(text: string): void {
    this.#print(() => core.info(this.#safe(text)));
  }

  annotate({ level, title, message }: Note): void {
    const print = level === "error" ? core.error : core.warning;
    const text = plainText(message);
    const cut = text.length > MAX_ANNOTATION ? `${text.slice(0, MAX_ANNOTATION)}…` : text;
    this.#print(() => print(cut, { title: plainText(title) }));
  }

  /** Nothing may fail because nobody can read the log any more. */
  #print(print: () => void) {
    try {
      print();
    } catch {
      this.broken = true;
    }
  }

  #safe(text: string) {
    return sanitizeLine(this.#redactor.redact(text), 1_000);
  }

  #group(title: string, lines: readonly string[]) {
    this.#print(() => core.startGroup(this.#safe(title)));
    for (const line of lines) this.line(line);
    this.#print(() => core.endGroup());
  }

  start(given: Inputs): void {
    const inputs = this.#redactor.redactValue(given, OWN_WORDS);
    this.#group(`Delete Tencent Cloud SSL CSRs${inputs.dryRun ? ": dry run" : ""}`, [
      ...describeRules(inputs).map(([name, value]) => `${name}: ${plainText(value)}`),
      `endpoint: ${inputs.endpoint.origin}`,
      `credentials: ${describeLogin(inputs)}`,
      `requests-per-second: ${inputs.requestsPerSecond}`,
      ...(inputs.comment ? ["comment-on-pull-request: true"] : []),
    ]);
  }

  login({ roleArn, sessionName }: { roleArn: string; sessionName: string }): void {
    this.line(`Logging in as ${roleArn}, session ${sessionName}.`);
  }

  plan(plan: Plan, inputs: Inputs): void {
    const rows = rowsInOrder({ plan }).slice(0, MAX_ROWS);
    const shown = this.#redactor.redactValue({ rows, inputs }, OWN_WORDS);
    const lines = shown.rows.map((row) => plainText(cellsOf(row, shown).join(" | ")));
    const rest = plan.rows.length - lines.length;
    if (rest > 0) lines.push(`… and ${formatCount(rest, "more row")}.`);
    this.#group(`Plan: ${describePlan(plan)}`, lines);
  }

  onAttempt({ action, size, attempt, durationMs, requestId, code = "ok" }: AttemptRecord): void {
    const made = `${action} of ${size}, attempt ${attempt}, ${Math.round(durationMs)} ms`;
    this.#print(() => core.debug(this.#safe(`${made}: ${describe(code, requestId)}`)));
  }

  onRetry(...[{ action, attempt }, { code, requestId }, waitMs]: Parameters<ClientObserver["onRetry"]>): void {
    const kind = `${action}: ${code}`;
    const count = this.#retries.get(kind) ?? 0;
    this.#retries.set(kind, count + 1);
    if (count > 0) return;
    const wait = waitMs > 0 ? `in ${formatDuration(waitMs)}` : "at a lower rate";
    this.line(`${action}: attempt ${attempt} failed with ${describe(code, requestId)}; retrying ${wait}.`);
  }

  retries(): void {
    for (const [kind, count] of this.#retries)
      if (count > 1) this.line(`${kind}: ${formatCount(count - 1, "more retry")}.`);
  }

  onClockCorrected(offsetMs: number): void {
    this.line(clockNote(offsetMs).message);
  }

  onBatch({ asked, deletion, done, total }: Parameters<ExecutionObserver["onBatch"]>[0]): void {
    const progress = `${formatNumber(done)} of ${formatNumber(total)} done${describe("", deletion.requestId)}`;
    this.line(`Deleted ${formatNumber(deletion.deleted.length)} of ${formatCsrCount(asked)}; ${progress}.`);
  }

  onFailure(size: number, { code, requestId, message }: ApiFailure, isSplit: boolean): void {
    const rest = isSplit ? "; splitting it." : `: ${message}`;
    this.line(`A call for ${formatCsrCount(size)} failed with ${describe(code, requestId)}${rest}`);
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

const describe = (code: string, requestId: string | undefined) =>
  `${code}${requestId ? ` (RequestId ${requestId})` : ""}`;
