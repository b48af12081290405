/** Why this very run got no secrets, when GitHub's event tells. */
import type { context } from "@actions/github";

/** The run's context; `undefined` if the file of its event is broken, which hides no other reason to fail. Few runs need the package. */
async function readContext(): Promise<typeof context | undefined> {
  try {
    const { context } = await import("@actions/github");
    return context;
  } catch {
    return undefined;
  }
}

/** A sentence about the run, if it is one that GitHub gives no secrets. */
export async function whyNoSecrets(): Promise<string | undefined> {
  const { actor, payload } = (await readContext()) ?? {};
  const head = payload?.pull_request?.head?.repo?.full_name as string | undefined;
  const base = payload?.repository?.full_name;
  if (actor === "dependabot[bot]") return "This run was started by Dependabot, which gets no Actions secrets.";
  if (head !== undefined && base !== undefined && head !== base) {
    return "This run was started by a pull request from a fork, which gets no secrets.";
  }
  return undefined;
}
