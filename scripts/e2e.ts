/**
 * `npm run e2e`: runs the workflows on this machine with act, in host mode: every job that can run on Linux, as GitHub would run it.
 * `npm run e2e -- e2e release` runs only these jobs.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ACT = "github.com/nektos/act@v0.2.89";

/** What runs here, by name: the workflow, and its job. */
const JOBS: Readonly<Record<string, readonly [workflow: string, job: string]>> = {
  checks: ["ci.yml", "checks"],
  workflows: ["ci.yml", "workflows"],
  e2e: ["ci.yml", "e2e"],
  release: ["release.yml", "prepare"],
};

const root = resolve(import.meta.dirname, "..");
const workflows = join(root, ".github", "workflows");
const stop = (message: string): never => {
  console.error(message);
  process.exit(2);
};

/**
 * Puts an action that does nothing in the place of each action of others, so that act downloads nothing. Checking out needs no
 * action here: act copies the work tree.
 */
function standIns(folder: string): readonly string[] {
  const action = "name: Stand-in\nruns:\n  using: composite\n  steps:\n    - run: echo Left out.\n      shell: bash\n";
  const texts = readdirSync(workflows).map((name) => readFileSync(join(workflows, name), "utf8"));
  const uses = new Set(texts.flatMap((text) => text.match(/(?<=uses: )[\w-]+\/[^@\s]+@\w+/g) ?? []));
  return [...uses].flatMap((use) => {
    const [path = "", ref = ""] = use.split("@");
    const [owner = "", name = "", ...inner] = path.split("/");
    const repository = join(folder, `${owner}-${name}-${ref}`);
    mkdirSync(join(repository, ...inner), { recursive: true });
    writeFileSync(join(repository, ...inner, "action.yml"), action);
    return ["--local-repository", `${owner}/${name}@${ref}=${repository}`];
  });
}

const named = process.argv.slice(2);
const names = named.length > 0 ? named : Object.keys(JOBS);
const unknown = names.filter((name) => !(name in JOBS));
if (unknown.length > 0) stop(`No such job: ${unknown.join(", ")}. There are: ${Object.keys(JOBS).join(", ")}.`);
if (spawnSync("act", ["--version"], { stdio: "ignore" }).error) {
  stop(`act is not on the PATH. Install it with \`go install ${ACT}\` (into \`$(go env GOPATH)/bin\`).`);
}

const folder = mkdtempSync(join(tmpdir(), "e2e-"));
try {
  const options = [
    ...["--platform", "ubuntu-latest=-self-hosted", "--pull=false", "--no-cache-server"],
    // Jobs of a matrix run on Linux only.
    ...["--matrix", "os:ubuntu-latest", "--action-cache-path", join(folder, "cache")],
    ...standIns(folder),
  ];
  const failed = names.filter((name) => {
    const [workflow = "", job = ""] = JOBS[name] ?? [];
    console.log(`\n== ${name}: ${workflow}, job ${job}`);
    const args = ["pull_request", "--workflows", join(workflows, workflow), "--job", job, ...options];
    return spawnSync("act", args, { cwd: root, stdio: "inherit" }).status !== 0;
  });
  console.log(failed.length === 0 ? `\nPassed: ${names.join(", ")}.` : `\nFailed: ${failed.join(", ")}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
