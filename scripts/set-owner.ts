/**
 * `node scripts/set-owner.ts <account>`: puts the account that this repository has its home in into every place that says OWNER, once and
 * for all. `--check` prints the places and changes nothing.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** OWNER of this repository; `repo:OWNER@…` in the documents is the reader's. */
const PLACES = /\bOWNER(?=\/delete-tencentcloud-ssl-csrs\b)|(?<=^\* @)OWNER\b/gm;

/** https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam: letters, digits and single hyphens, at most 39 */
const ACCOUNT = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;

/** The text with the account in the place of OWNER. */
export function setOwner(text: string, account: string): string {
  return text.replace(PLACES, account);
}

if (import.meta.main) {
  const [account = ""] = process.argv.slice(2);
  if (account !== "--check" && !ACCOUNT.test(account)) {
    throw new Error("Usage: node scripts/set-owner.ts <account of the repository> | --check");
  }
  // `-I` leaves out binary files. The patterns in this file are not a place.
  const listed = execFileSync("git", ["grep", "-lIw", "OWNER", "--", ".", ":!scripts/set-owner.ts", ":!dist"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const path of listed.split("\n").filter(Boolean)) {
    const text = readFileSync(join(root, path), "utf8");
    const count = text.match(PLACES)?.length ?? 0;
    if (count === 0) continue;
    console.log(`${path}: ${count}`);
    if (account !== "--check") writeFileSync(join(root, path), setOwner(text, account));
  }
}
