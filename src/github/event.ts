import { readFileSync } from "node:fs";
import type { Env } from "../shared/env.ts";

/** What started the run, as far as this action cares. */
export interface GitHubEvent {
  readonly pullRequest?: { readonly number: number; readonly headSha: string };
  /** A pull request from a fork: it gets no secrets. */
  readonly fromFork: boolean;
  readonly byDependabot: boolean;
}

/** The fields that are read; any of them may be missing, null, or of another type. */
interface Payload {
  readonly pull_request?: {
    readonly number?: unknown;
    readonly head?: { readonly sha?: unknown; readonly repo?: { readonly full_name?: unknown } };
  };
  readonly repository?: { readonly full_name?: unknown };
}

/** The event of this run. Never throws: an event that cannot be read says nothing. */
export function readEvent({ GITHUB_EVENT_PATH, GITHUB_ACTOR }: Env): GitHubEvent {
  const { pull_request: pullRequest, repository } = readPayload(GITHUB_EVENT_PATH) ?? {};
  const { number, head } = pullRequest ?? {};
  const [from, to] = [head?.repo?.full_name, repository?.full_name];
  return {
    pullRequest: isId(number) ? { number, headSha: typeof head?.sha === "string" ? head.sha : "" } : undefined,
    fromFork: typeof from === "string" && typeof to === "string" && from !== to,
    byDependabot: GITHUB_ACTOR === "dependabot[bot]",
  };
}

function readPayload(path: string | undefined): Payload | undefined {
  try {
    return path ? JSON.parse(readFileSync(path, "utf8")) : undefined;
  } catch {
    return undefined;
  }
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value);
