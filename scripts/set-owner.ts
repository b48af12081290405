/**
 * `node scripts/set-owner.ts <account>`: puts the account of this repository into every place that says OWNER, once and for all.
 * `--check` prints the places and changes nothing.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** OWNER of this repository; `repo:OWNER@…` in the documents is the reader's. */
const PLACES = /\bOWNER(?=\/delete-tencentcloud-ssl-csrs\b)|(?<=^\* @)OWNER\b/gm;

/** The text with the account in the place of OWNER. */
export const setOwner = (text: string, account: string): string => text.replace(PLACES, account);

if (import.meta.main) {
  const [account = ""] = process.argv.slice(2);
  // https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam: letters, digits and single hyphens, at most 39
  if (account !== "--check" && !/^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i.test(account)) {
    throw new Error("Usage: node scripts/set-owner.ts <account of the repository> | --check");
  }
  // `-I` leaves out binary files. The patterns in this file are not a place.
  const args = ["grep", "-lIw", "OWNER", "--", ".", ":!scripts/set-owner.ts", ":!dist"];
  for (const path of execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim().split("\n")) {
    const text = readFileSync(join(root, path), "utf8");
    const count = text.match(PLACES)?.length ?? 0;
    if (count > 0) console.log(`${path}: ${count}`);
    if (account !== "--check") writeFileSync(join(root, path), setOwner(text, account));
  }
}
