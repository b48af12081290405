/** What GitHub asks of an action in its Marketplace: https://docs.github.com/en/actions/how-tos/create-and-publish-actions/publish-in-github-marketplace */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = resolve(import.meta.dirname, "../..");
const { name, description, branding } = parse(readFileSync(resolve(root, "action.yml"), "utf8"));

test("there is one action, in the root", () => {
  const listed = execFileSync("git", ["ls-files", "*action.yml", "*action.yaml", "Dockerfile"], { cwd: root });
  expect(listed.toString().trim()).toBe("action.yml");
});

test("the listing has a name, a short description, an icon and a color", () => {
  expect(name).toMatch(/^[A-Z][\w ]{5,59}$/);
  expect(description.length).toBeLessThanOrEqual(125);
  expect(branding).toEqual({ icon: "trash-2", color: "red" });
});

test.each([
  ["LICENSE", /^MIT License\n.*Copyright \(c\) \d{4}.*AS IS/s],
  ["SECURITY.md", /^# .*vulnerabilit/is],
  [".github/SUPPORT.md", /^# .*issue/is],
  [".github/CONTRIBUTING.md", /^# .*npm test/s],
])("the repository has its %s", (path, words) => {
  expect(readFileSync(resolve(root, path), "utf8")).toMatch(words);
});
