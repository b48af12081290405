/** Why a secret is blank. The reason for this very run, where GitHub's event has one, else the usual reasons. */

const USUAL_REASONS =
  "A secret is blank if its name is misspelt, if it belongs to another environment, and in runs for pull requests from forks or by Dependabot, which get no secrets.";

/** What `@actions/github` knows about the run. */
interface Run {
  readonly actor: string;
  readonly payload: {
    readonly pull_request?: { readonly head?: { readonly repo?: { readonly full_name?: string } | null } } | null;
    readonly repository?: { readonly full_name?: string } | null;
  };
}

// Loaded only when it is needed: it comes with a client for all of GitHub's API. Importing it reads the event.
const loadRun = async (): Promise<Run> => (await import("@actions/github")).context as Run;

/** A sentence. Never rejects: an unreadable event is no reason to fail for anything but the secret. */
export async function emptySecretHint(load: () => Promise<Run> = loadRun): Promise<string> {
  const run = await load().catch(() => undefined);
  if (run?.actor === "dependabot[bot]") return "This run was started by Dependabot, which gets no Actions secrets.";
  const head = run?.payload?.pull_request?.head?.repo?.full_name;
  const base = run?.payload?.repository?.full_name;
  return head !== undefined && base !== undefined && head !== base
    ? "This run was started by a pull request from a fork, which gets no secrets."
    : USUAL_REASONS;
}
