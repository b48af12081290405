/** The log of the step while it runs. It only prints: the report is made from what the steps return. */
import * as core from "@actions/core";
import type { ExecutionObserver } from "../csrs/execute.ts";
import type { Plan } from "../csrs/plan.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Login } from "../inputs/login.ts";
import type { Target } from "../inputs/target.ts";
import type { Redactor } from "../shared/redactor.ts";
import type { AttemptRecord, ClientObserver } from "../tencentcloud/api-client.ts";
import type { ApiFailure } from "../tencentcloud/failure.ts";
import { describeClock } from "./notes.ts";
import { describeDecision, describeTime, rowsInOrder } from "./plan-rows.ts";
import { formatCount, formatCsrCount, formatDuration, formatIds, formatNumber, sanitizeLine } from "./text.ts";

const MAX_IDS = 100;
const MAX_ROWS = 100;
const MAX_LINE = 1_000;
/** Retries are summed up: a line at the first of a kind, then one for all others in this time. */
const RETRY_INTERVAL_MS = 10_000;
/** A line of progress for so many CSRs that were listed. */
const LISTED_INTERVAL = 1_000;

export class Log implements ClientObserver, ExecutionObserver {
  readonly #redactor: Redactor;
  /** Retries since the last line about them, by what is retried and why. */
  readonly #retries = new Map<string, number>();
  #retriesPrintedAt = 0;
  #listed = 0;
  /** Printing failed: standard output is closed, or its disk is full. */
  broken = false;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Prints one line. */
  line(text: string): void {
    this.#print(() => core.info(this.#safe(text, MAX_LINE)));
  }

  annotate(level: "error" | "warning", title: string, message: string): void {
    const print = level === "error" ? core.error : core.warning;
    this.#print(() => print(message, { title }));
  }

  /** Runs `print`; observers must not fail because nobody can read the log any more. */
  #print(print: () => void): void {
    try {
      print();
    } catch {
      this.broken = true;
    }
  }

  /** Secrets go first: half of one would not be found. */
  #safe(text: string, max: number): string {
    return sanitizeLine(this.#redactor.redact(text), max);
  }

  /** Codes and RequestIds are short, or they are none. */
  #name(code: string): string {
    return this.#safe(code, 100);
  }

  #inBrackets(requestId: string | undefined): string {
    return requestId ? ` (RequestId ${this.#name(requestId)})` : "";
  }

  #group(title: string, lines: Iterable<string>): void {
    this.#print(() => core.startGroup(this.#safe(title, 200)));
    for (const line of lines) this.line(line);
    this.#print(() => core.endGroup());
  }

  /** The effective configuration. */
  start(inputs: Inputs): void {
    const { target, protection, maxDeletions, login, endpoint, dryRun, requestsPerSecond, onAbsent, comment } = inputs;
    const protects = [...protection.domains, ...protection.ids].join(",");
    this.#group(`Delete Tencent Cloud SSL CSRs${dryRun ? ": dry run" : ""}`, [
      ...describeTarget(target),
      ...(protects === "" ? [] : [`Protected: ${protects}`]),
      ...(maxDeletions === undefined ? [] : [`Deletions: at most ${formatNumber(maxDeletions)}`]),
      `Endpoint: ${endpoint.origin}`,
      `Credentials: ${describeLogin(login)}`,
      `Requests per second: at most ${requestsPerSecond}`,
      `On absent CSRs: ${onAbsent}`,
      ...(comment ? ["Comment on the pull request: yes"] : []),
    ]);
  }

  /** The role's session of a keyless login, as the account's audit log shows it. */
  login({ roleArn, sessionName }: { readonly roleArn: string; readonly sessionName: string }): void {
    this.line(`Logged in as ${roleArn}, session ${sessionName}.`);
  }

  /** The plan, before the first deletion. */
  plan({ rows, ids }: Plan): void {
    const shown = rowsInOrder(rows).slice(0, MAX_ROWS);
    const lines = shown.map((row) => {
      const { id, domain = "", remarks = "" } = row.record;
      return [id, describeDecision(row), domain, describeTime(row), remarks].join(" | ").replaceAll("`", "");
    });
    const rest = rows.length - shown.length;
    if (rest > 0) lines.push(`… and ${formatCount(rest, "more row")}: see the report file.`);
    this.#group(
      `Plan: ${formatCsrCount(ids.length)} to delete, ${formatNumber(rows.filter(({ decision }) => decision !== "delete").length)} to keep`,
      lines,
    );
  }

  onAttempt({ action, size, attempt, durationMs, requestId, code }: AttemptRecord): void {
    const text = `${action} of ${size}, attempt ${attempt}: ${this.#name(code ?? "ok")} after ${Math.round(durationMs)} ms${this.#inBrackets(requestId)}`;
    this.#print(() => core.debug(this.#safe(text, MAX_LINE)));
  }

  onRetry(
    { action, attempt, requestId, startedAt, durationMs }: AttemptRecord,
    { code }: ApiFailure,
    waitMs: number,
  ): void {
    const now = startedAt + durationMs;
    const kind = `${action}: ${this.#name(code)}`;
    if (!this.#retries.has(kind)) {
      this.#retries.set(kind, 0);
      const wait = waitMs > 0 ? `in ${formatDuration(waitMs)}` : "at a lower rate";
      this.line(
        `${action}: attempt ${attempt} failed with ${this.#name(code)}${this.#inBrackets(requestId)}; retrying ${wait}.`,
      );
      this.#retriesPrintedAt ||= now;
      return;
    }
    this.#retries.set(kind, (this.#retries.get(kind) ?? 0) + 1);
    if (now - this.#retriesPrintedAt < RETRY_INTERVAL_MS) return;
    this.#retriesPrintedAt = now;
    this.retries();
  }

  /** Sums up the retries that have no line yet. */
  retries(): void {
    for (const [kind, count] of this.#retries) {
      if (count > 0) this.line(`${kind}: ${formatNumber(count)} more ${count === 1 ? "retry" : "retries"}.`);
      this.#retries.set(kind, 0);
    }
  }

  onClockCorrected(offsetMs: number): void {
    this.line(describeClock(offsetMs));
  }

  onBatch({ asked, deletion, done, total }: Parameters<ExecutionObserver["onBatch"]>[0]): void {
    const rest = asked - deletion.deleted.length;
    const unconfirmed = rest > 0 ? `, ${formatNumber(rest)} not confirmed` : "";
    this.line(
      `Deleted ${formatNumber(deletion.deleted.length)} of ${formatCsrCount(asked)}${unconfirmed}; ${formatNumber(done)} of ${formatNumber(total)} done${this.#inBrackets(deletion.requestId)}.`,
    );
  }

  onBisection(size: number, { code, requestId }: ApiFailure): void {
    this.line(
      `A call for ${formatCsrCount(size)} was refused with ${this.#name(code)}${this.#inBrackets(requestId)}; splitting it.`,
    );
  }

  onFailure(size: number, { code, message, requestId }: ApiFailure): void {
    this.line(
      `A call for ${formatCsrCount(size)} failed with ${this.#name(code)}${this.#inBrackets(requestId)}: ${message}`,
    );
  }

  onLookup(unconfirmed: number): void {
    this.line(`Looking up ${formatCsrCount(unconfirmed)} that no response confirmed.`);
  }

  onPage({ read, total }: Parameters<ExecutionObserver["onPage"]>[0]): void {
    // A second reading starts again at 0.
    if (read < this.#listed) this.#listed = 0;
    if (read - this.#listed < LISTED_INTERVAL) return;
    this.#listed = read;
    this.line(`Listed ${formatNumber(read)} of ${formatCsrCount(total)}.`);
  }
}

export const createLog = (redactor: Redactor): Log => new Log(redactor);

function describeLogin(login: Login): string {
  switch (login.kind) {
    case "key":
      return `API key from the ${login.from}, ${login.credentials.token ? "with" : "without"} session token`;
    case "keyless":
      return `keyless, role ${login.roleArn}, identity provider ${login.provider}`;
    case "none":
      return "none";
  }
}

/** Patterns are joined as they are mostly written: a secret with a comma in it, pasted here, stays whole for the runner's mask. */
function describeTarget(target: Target): readonly string[] {
  if (target.kind === "ids") {
    const { ids, duplicates } = target;
    const repeated = duplicates > 0 ? ` (${formatNumber(duplicates)} repeated, dropped)` : "";
    return [`CSR IDs: ${formatIds(ids, MAX_IDS) || "none"}${repeated}`];
  }
  const { domains, olderThanMs, remarks, keepNewest } = target.rules;
  return [
    `Domains: ${domains.join(",")}`,
    ...(olderThanMs === undefined ? [] : [`Older than: ${formatNumber(olderThanMs / 3_600_000)} hours`]),
    ...(remarks.length === 0 ? [] : [`Remarks: ${remarks.join(",")}`]),
    ...(keepNewest === undefined ? [] : [`Keep the newest: ${formatNumber(keepNewest)} of each domain`]),
  ];
}
