/** A copy of this repository's scripts and documents, in which a test may break something, with programs that stand in for real ones. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const LEFT_OUT = [":!test", ":!dist", ":!bench", ":!demo", ":!*.png"];
const TESTS = ["csrs/selection-table.ts", "e2e/check-steps.ts", "support/report-schema.ts"];
/** Where stand-ins are, and where git is. */
const [STAND_INS, TOOLS] = ["build/bin", "node_modules/.tools"];

export class Copy {
  readonly folder: string = mkdtempSync(join(tmpdir(), "copy-"));

  constructor() {
    const args = ["ls-files", "-co", "--exclude-standard", "--deduplicate", "--", ".", ...LEFT_OUT];
    const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim().split("\n");
    for (const path of [...listed, ...TESTS.map((name) => `test/${name}`)])
      if (existsSync(join(root, path))) cpSync(join(root, path), join(this.folder, path));
    mkdirSync(join(this.folder, "node_modules"));
    for (const name of readdirSync(join(root, "node_modules")).filter((name) => !name.startsWith(".")))
      symlinkSync(join(root, "node_modules", name), join(this.folder, "node_modules", name), "junction");
    // The PATH has no other programs, since a linter may be among them.
    mkdirSync(join(this.folder, TOOLS));
    const path = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    symlinkSync(path, join(this.folder, TOOLS, "git"));
    this.git("init");
    this.git("add", ".");
    this.git("commit", "--message", "x");
    this.git("tag", "first");
  }

  /** All commits are of 2027-01-31 12:00 UTC. */
  git(...args: readonly string[]): void {
    const names = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
    const env = { ...process.env, GIT_COMMITTER_DATE: "2027-01-31T12:00:00Z" };
    execFileSync("git", [...names, ...args], { cwd: this.folder, env, stdio: "ignore" });
  }

  /** Empty if there is no such file. */
  read(path: string): string {
    return existsSync(join(this.folder, path)) ? readFileSync(join(this.folder, path), "utf8") : "";
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** @throws {Error} if `before` does not occur */
  replace(path: string, before: string | RegExp, after: string): void {
    const text = this.read(path);
    const changed = text.replace(before, after);
    if (changed === text) throw new Error(`${path} has no ${before}`);
    this.write(path, changed);
  }

  /** Puts a shell script on the PATH. Its calls, with their folders, are in the file `calls`. */
  fake(name: string, script = ""): void {
    const head = `#!/bin/sh\necho "$PWD: ${name} $*" >> '${this.folder}/calls'\n`;
    this.write(`${STAND_INS}/${name}`, `${head}${script}\n`);
    chmodSync(join(this.folder, STAND_INS, name), 0o755);
  }

  /** Runs a script in its own process, on a PATH with nothing but the stand-ins and git. */
  run([script = "", ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const PATH = [STAND_INS, TOOLS].map((name) => join(this.folder, name)).join(delimiter);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(this.folder, script), ...args], {
      cwd: this.folder,
      encoding: "utf8",
      env: { PATH, NO_COLOR: "1", ...env },
    });
    return { status, output: stdout + stderr };
  }

  /** Takes back all that a test did, but in `node_modules`. */
  restore(): void {
    this.git("reset", "--hard", "first");
    this.git("clean", "-dffx", "--exclude", "node_modules");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
