/** Inputs that somebody made up to break the action, and secrets that went into the wrong input. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { INPUT_NAMES, KEYS, problemOf, problemsOf, SELECTION } from "./sources.ts";

const NOT_SECRET = INPUT_NAMES.filter(
  (name) => !["secret-id", "secret-key", "session-token", "github-token"].includes(name),
);

test.each(NOT_SECRET)("a secret as %s is not shown, not in part either", (name) => {
  for (const secret of ["session.token/0123456789", `session.token/${"x".repeat(100)}`]) {
    const others = name === "domains" ? SELECTION : {};
    const text = problemOf({ ...others, ...KEYS, "session-token": secret, [name]: `${secret} ` });
    expect(text).not.toContain(secret.slice(0, 8));
  }
});

test.each(NOT_SECRET)("of a long text that nobody called a secret, nothing is shown as %s", (name) => {
  const others = name === "domains" ? SELECTION : {};
  const text = problemOf({ ...others, [name]: `-----BEGIN hunter2 ${"x".repeat(100)}` });
  expect(text).not.toMatch(/BEGIN|hunter2|xxx/);
});

test("any inputs give a value or a list of problems, each of which is one block of Markdown", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.webUrl(),
    fc.constantFrom("", "11", "true", "*", "none", "1d", "a`b", "``"),
  );
  const inputs = fc.dictionary(fc.constantFrom(...INPUT_NAMES), text);
  const env = fc.dictionary(fc.constantFrom("HTTPS_PROXY", "TENCENTCLOUD_TOKEN", "INPUT_DRY_RUN"), text);
  fc.assert(
    fc.property(inputs, env, (given, variables) => {
      for (const problem of problemsOf(given, variables)) {
        const [, ...entries] = problem.split("\n");
        expect(entries.every((entry) => entry.startsWith("- "))).toBe(true);
        expect(problem.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }
    }),
    { numRuns: 500 },
  );
});
