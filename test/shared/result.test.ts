import { expect, test } from "vitest";
import { messageOf } from "../../src/shared/result.ts";

test.each([
  [new TypeError("odd"), "odd"],
  ["a text", "a text"],
  [undefined, "undefined"],
])("what is thrown, %o, has the message %j", (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});
