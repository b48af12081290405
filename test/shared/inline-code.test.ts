import { expect, test } from "vitest";
import { inlineCode } from "../../src/shared/inline-code.ts";

test.each([
  ["a`b", "``a`b``"],
  ["`", "`` ` ``"],
  ["``a`", "``` ``a` ```"],
  ["a`b``c", "```a`b``c```"],
  ["a``", "``` a`` ```"],
  [" a ", "`  a  `"],
  [" a b ", "`  a b  `"],
  ["a b ", "`a b `"],
  [" a b", "` a b`"],
])("%j cannot end its code span: %s", (text, span) => {
  expect(inlineCode(text)).toBe(span);
});
