import { readFileSync } from "node:fs";
import type { Env } from "../shared/env.ts";

/** What started the run, as far as this action cares. */
export interface GitHubEvent {
  readonly pullRequest?: { readonly number: number; readonly headSha: string };
  /** A pull request from a fork: it gets no secrets. */
  readonly fromFork: boolean;
  readonly byDependabot: boolean;
}

/** The event of this run. Never throws: an event that cannot be read says nothing. */
export function readEvent({ GITHUB_EVENT_PATH, GITHUB_ACTOR }: Env): GitHubEvent {
  // Any field may be missing, null, or of another type.
  const event = readJson(GITHUB_EVENT_PATH);
  const number = event?.pull_request?.number;
  const head = event?.pull_request?.head;
  const headSha = typeof head?.sha === "string" ? head.sha : "";
  const repositories = [head?.repo?.full_name, event?.repository?.full_name];
  return {
    pullRequest: Number.isSafeInteger(number) ? { number, headSha } : undefined,
    fromFork: repositories.every((name) => typeof name === "string") && repositories[0] !== repositories[1],
    byDependabot: GITHUB_ACTOR === "dependabot[bot]",
  };
}

function readJson(path: string | undefined): ReturnType<typeof JSON.parse> {
  try {
    return path ? JSON.parse(readFileSync(path, "utf8")) : undefined;
  } catch {
    return undefined;
  }
}
