/** Secrets are masked by the runner in logs, and by us in all else. */
import * as core from "@actions/core";
import type { Cause, Outcome } from "../cleanup/outcome.ts";
import { maskable, redactor } from "../redaction.ts";
import type { RunResult, Work } from "./result.ts";
import { oneLine } from "./text.ts";

type Clean = (text: string) => string;

/** Has the runner mask `secrets`, and returns a function that hides them in any text. To be called before anything is printed. */
export function hideSecrets(secrets: readonly string[]): Clean {
  for (const secret of maskable(secrets)) core.setSecret(secret);
  return redactor(secrets);
}

/** What came from outside in one call: codes and RequestIds are short, or they are none. */
const MAX_NAME = 100;

function withNames<T extends { readonly code?: string | undefined; readonly requestId?: string | undefined }>(
  part: T,
  clean: Clean,
): T {
  const { code, requestId } = part;
  return {
    ...part,
    ...(code === undefined ? {} : { code: oneLine(clean(code), MAX_NAME) }),
    ...(requestId === undefined ? {} : { requestId: oneLine(clean(requestId), MAX_NAME) }),
  };
}

const cleanCause = <T extends Cause>(cause: T, clean: Clean): T => ({
  ...withNames(cause, clean),
  message: clean(cause.message),
});

/** An outcome that is clean stays the object that it is. */
function cleanOutcome(outcome: Outcome, clean: Clean): Outcome {
  const named = withNames(outcome, clean);
  const safe = named.cause ? { ...named, cause: cleanCause(named.cause, clean) } : named;
  return JSON.stringify(safe) === JSON.stringify(outcome) ? outcome : safe;
}

function cleanOutcomes(outcomes: ReadonlyMap<number, Outcome>, clean: Clean): ReadonlyMap<number, Outcome> {
  // IDs that share an outcome go on sharing it; and as a rule nothing is to be cleaned, and no second map is needed.
  const cleaned = new Map<Outcome, Outcome>();
  for (const outcome of outcomes.values()) {
    if (!cleaned.has(outcome)) cleaned.set(outcome, cleanOutcome(outcome, clean));
  }
  if ([...cleaned].every(([given, safe]) => given === safe)) return outcomes;
  return new Map([...outcomes].map(([id, outcome]) => [id, cleaned.get(outcome) ?? outcome]));
}

function cleanWork(work: Work, clean: Clean): Work {
  if (work.kind === "failed") return { ...work, problems: work.problems.map(clean) };
  const { listing } = work;
  const safe = listing?.fault ? { listing: { ...listing, fault: cleanCause(listing.fault, clean) } } : {};
  if (work.kind === "dry run") return { ...work, ...safe };
  const stopped = work.stoppedBy ? { stoppedBy: cleanCause(work.stoppedBy, clean) } : {};
  return { ...work, ...safe, ...stopped, outcomes: cleanOutcomes(work.outcomes, clean) };
}

/**
 * `result` without secrets in the texts that came from outside. To be called before these are cut or escaped: afterwards a secret
 * is not found any more. Our own words and the IDs stay as they are, whatever the secrets.
 */
export function withoutSecrets(result: RunResult, clean: Clean): RunResult {
  return {
    ...result,
    work: cleanWork(result.work, clean),
    calls: result.calls.map((call) => withNames(call, clean)),
    notices: result.notices.map((notice) => ({ ...notice, message: clean(notice.message) })),
    endpoint: clean(result.endpoint),
  };
}
