/**
 * `npm run e2e`: runs the workflows on this machine with act, in host mode: every job that can run on Linux, as GitHub would run it.
 * `npm run e2e -- e2e release` runs only these jobs.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ACT = "github.com/nektos/act@v0.2.89";

/** What runs here, by name: the job and its workflow. */
const JOBS: Readonly<Record<string, { readonly workflow: string; readonly job: string; readonly event: string }>> = {
  checks: { workflow: "ci.yml", job: "checks", event: "pull_request" },
  workflows: { workflow: "ci.yml", job: "workflows", event: "pull_request" },
  e2e: { workflow: "ci.yml", job: "e2e", event: "pull_request" },
  release: { workflow: "release.yml", job: "prepare", event: "pull_request" },
};

const root = resolve(import.meta.dirname, "..");
const workflowFolder = join(root, ".github", "workflows");

/** The actions of others that the workflows use, such as `actions/checkout@<SHA>`. */
function usedActions(): readonly string[] {
  const texts = readdirSync(workflowFolder).map((name) => readFileSync(join(workflowFolder, name), "utf8"));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/uses: ([\w-]+\/[^@\s]+@\w+)/g)].map(([, use = ""]) => use)))];
}

/** `owner/name@ref` of an action that may lie in a folder of its repository. */
function repositoryOf(use: string): string {
  const [path = "", ref = ""] = use.split("@");
  return `${path.split("/").slice(0, 2).join("/")}@${ref}`;
}

/**
 * Puts an action that does nothing in the place of each action of others, so that act downloads nothing. Checking out needs no
 * action here: act copies the work tree.
 */
function standIns(folder: string): readonly string[] {
  const action = "name: Stand-in\nruns:\n  using: composite\n  steps:\n    - run: echo Left out under act.\n      shell: bash\n";
  return usedActions().flatMap((use) => {
    const [path = ""] = use.split("@");
    const inner = join(folder, repositoryOf(use), ...path.split("/").slice(2));
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, "action.yml"), action);
    return ["--local-repository", `${repositoryOf(use)}=${join(folder, repositoryOf(use))}`];
  });
}

function isInstalled(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;
}

function runJob(name: string, folder: string, options: readonly string[]): boolean {
  const { workflow = "", job = "", event = "" } = JOBS[name] ?? {};
  console.log(`\n== ${name}: ${workflow}, job ${job}`);
  const args = [event, "--workflows", join(workflowFolder, workflow), "--job", job, ...options];
  const { status } = spawnSync("act", [...args, "--action-cache-path", join(folder, "cache")], {
    cwd: root,
    stdio: "inherit",
  });
  return status === 0;
}

function main(names: readonly string[]): number {
  const unknown = names.filter((name) => !(name in JOBS));
  if (unknown.length > 0) {
    console.error(`No such job: ${unknown.join(", ")}. There are: ${Object.keys(JOBS).join(", ")}.`);
    return 2;
  }
  if (!isInstalled("act")) {
    console.error(`act is not on the PATH. Install it with \`go install ${ACT}\` (into \`$(go env GOPATH)/bin\`).`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "e2e-"));
  try {
    const options = [
      ...["--platform", "ubuntu-latest=-self-hosted", "--pull=false", "--no-cache-server"],
      // Jobs of a matrix run on Linux only.
      ...["--matrix", "os:ubuntu-latest"],
      ...standIns(folder),
    ];
    const failed = names.filter((name) => !runJob(name, folder, options));
    console.log(failed.length === 0 ? `\nPassed: ${names.join(", ")}.` : `\nFailed: ${failed.join(", ")}.`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const names = process.argv.slice(2);
process.exitCode = main(names.length > 0 ? names : Object.keys(JOBS));
