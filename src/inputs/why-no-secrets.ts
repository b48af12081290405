/** Why this very run got no secrets, when GitHub's event tells. */
// The package exports only its whole, with a client for all of GitHub's API; the context is one small file of it.
import { Context } from "../../node_modules/@actions/github/lib/context.js";

/** What is told of the run; `undefined` if the event's file is broken, which is no reason to fail otherwise than for the secrets. */
function context(): Context | undefined {
  try {
    return new Context();
  } catch {
    return undefined;
  }
}

/** A sentence about the run, if it is one that GitHub gives no secrets. */
export function whyNoSecrets(): string | undefined {
  const { actor, payload } = context() ?? {};
  const head = payload?.pull_request?.head?.repo?.full_name as string | undefined;
  const base = payload?.repository?.full_name;
  if (actor === "dependabot[bot]") return "This run was started by Dependabot, which gets no Actions secrets.";
  if (head !== undefined && base !== undefined && head !== base) {
    return "This run was started by a pull request from a fork, which gets no secrets.";
  }
  return undefined;
}
