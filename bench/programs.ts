/** The programs that are compared, and how one is run once. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DEMO_CREDENTIALS,
  DEMO_PROVIDER,
  DEMO_ROLE_ARN,
  type Emulator,
  type OidcEmulator,
} from "../test/emulator/emulator.ts";
import { inputVariables } from "../test/support/run-action.ts";

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), "bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

export interface Run {
  readonly exitCode: number | null;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** Arguments of `node`. */
export const PROGRAMS = {
  nothing: ["-e", "0"],
  "node:http, one request": [join(here, "rivals", "bare-http.mjs")],
  "undici's agent alone, one request": [join(here, "rivals", "bare-undici.mjs")],
  "`request` of undici, one request": [join(here, "rivals", "undici-index.mjs")],
  action: [join(here, "..", "dist", "index.js")],
  "SDK loop": [join(here, "rivals", "sdk-script.mjs")],
  "SDK loop as an action": [join(here, "rivals", "dist", "index.mjs")],
  "SDK burst": [join(here, "rivals", "sdk-burst.mjs")],
  "keyless script": [join(here, "rivals", "keyless-script.mjs")],
} as const;
export type Program = keyof typeof PROGRAMS;

/** Bundles the action that one would write by hand. */
export function bundleRival(): void {
  const ncc = join(here, "node_modules", "@vercel", "ncc", "dist", "ncc", "cli.js");
  const args = [ncc, "build", join(here, "rivals", "sdk-action.mjs"), "-o", join(here, "rivals", "dist"), "--minify"];
  execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
}

export interface Job {
  readonly ids: readonly number[];
  readonly emulator?: Emulator;
  readonly requestsPerSecond?: number;
  /** Measure processor and memory too; that takes a few milliseconds of its own. */
  readonly usage?: boolean;
  readonly dryRun?: boolean;
  /** As the action's input. The rivals only delete, so the action does the same where it is compared with them. */
  readonly lookUp?: "auto" | "false";
  /** Log in with its token instead of a stored key. */
  readonly oidc?: OidcEmulator;
}

function environment(job: Job): Record<string, string> {
  const { ids, emulator, oidc, requestsPerSecond = 10, dryRun = false, lookUp = "false" } = job;
  const file = join(folder, "ids.txt");
  writeFileSync(file, ids.join("\n"));
  for (const name of ["output", "summary"]) writeFileSync(join(folder, name), "");
  const keys = dryRun || oidc ? { secretId: "", secretKey: "" } : DEMO_CREDENTIALS;
  const login: Record<string, string> = oidc
    ? { "role-arn": DEMO_ROLE_ARN, "oidc-provider": DEMO_PROVIDER }
    : { "secret-id": keys.secretId, "secret-key": keys.secretKey };
  return {
    PATH: process.env.PATH ?? "",
    GITHUB_WORKSPACE: folder,
    GITHUB_OUTPUT: join(folder, "output"),
    GITHUB_STEP_SUMMARY: join(folder, "summary"),
    RUNNER_TEMP: folder,
    BENCH_IDS_FILE: file,
    BENCH_PORT: String(emulator?.port ?? 0),
    BENCH_USAGE: join(folder, "usage.json"),
    BENCH_ROLE_ARN: DEMO_ROLE_ARN,
    BENCH_PROVIDER: DEMO_PROVIDER,
    TENCENTCLOUD_SECRET_ID: keys.secretId,
    TENCENTCLOUD_SECRET_KEY: keys.secretKey,
    ...oidc?.environment,
    ...inputVariables({
      ...login,
      "csr-ids-file": file,
      "dry-run": String(dryRun),
      "requests-per-second": String(requestsPerSecond),
      "look-up": lookUp,
      endpoint: emulator?.url ?? "",
    }),
  };
}

/** Runs `program` once, from its start to its end. */
export async function runProgram(program: Program, job: Job): Promise<Run> {
  const env = environment(job);
  const args = [...(job.usage ? ["--import", join(here, "usage.mjs")] : []), ...PROGRAMS[program]];
  const started = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  child.stderr.resume();
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const wallMs = performance.now() - started;
  const used = job.usage
    ? (JSON.parse(readFileSync(env.BENCH_USAGE ?? "", "utf8")) as { cpuMs: number; peakMb: number })
    : { cpuMs: 0, peakMb: 0 };
  return { exitCode, wallMs, ...used };
}
