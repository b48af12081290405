/** Why this very run got no secrets, when GitHub's event tells. Loads `@actions/github` only when asked. */
export async function whyNoSecrets(): Promise<string | undefined> {
  const { context } = await import("@actions/github");
  const head = context.payload.pull_request?.["head"]?.repo?.full_name as string | undefined;
  const base = context.payload.repository?.full_name;
  if (context.actor === "dependabot[bot]") return "This run was started by Dependabot, which gets no Actions secrets.";
  if (head !== undefined && base !== undefined && head !== base) {
    return "This run was started by a pull request from a fork, which gets no secrets.";
  }
  return undefined;
}
