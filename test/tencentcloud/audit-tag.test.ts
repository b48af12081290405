import { expect, test } from "vitest";
import { auditTag } from "../../src/tencentcloud/audit-tag.ts";
import { VERSION } from "../../src/version.ts";

const env = { GITHUB_REPOSITORY: "octo/pipe_line.x", GITHUB_RUN_ID: "42", GITHUB_RUN_ATTEMPT: "3" };

test("names action, version, run and repository", () => {
  expect(auditTag(env)).toBe(`delete-tencentcloud-ssl-csrs ${VERSION}; run 42.3; octo pipe_line.x`);
  expect(auditTag({})).toBe(`delete-tencentcloud-ssl-csrs ${VERSION}`);
  expect(auditTag({ GITHUB_RUN_ID: "42" })).toContain("run 42.1");
});

test("holds only what the header may hold, and at most 128 characters of it", () => {
  const text = auditTag({ ...env, GITHUB_REPOSITORY: `octo/päivä\r\nX: y${"z".repeat(200)}` });
  expect(text).toMatch(/^[0-9a-zA-Z\-_ ,;.]{128}$/);
  expect(text).toContain("octo p_iv___X_ yzzz");
});
