import { readFileSync } from "node:fs";

/** What started this run. Never throws: an event that cannot be read says nothing. */
export function readEvent({ GITHUB_EVENT_PATH, GITHUB_ACTOR }: NodeJS.ProcessEnv) {
  // Any field may be missing, null, or of another type.
  const event = readJson(GITHUB_EVENT_PATH);
  const { number, head } = event?.pull_request ?? {};
  const headSha = typeof head?.sha === "string" ? head.sha : "";
  const repositories = [head?.repo?.full_name, event?.repository?.full_name];
  return {
    pullRequest: Number.isSafeInteger(number) ? { number: number as number, headSha: headSha as string } : undefined,
    fromFork: repositories.every((name) => typeof name === "string") && repositories[0] !== repositories[1],
    byDependabot: GITHUB_ACTOR === "dependabot[bot]",
  };
}

function readJson(path = "") {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
