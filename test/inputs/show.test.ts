import { expect, test } from "vitest";
import { createShow } from "../../src/inputs/show.ts";

const show = createShow({ redact: (text) => text.replaceAll("hunter2", "***") });

test("text of up to 24 characters is shown literally", () => {
  expect(show("x".repeat(24))).toBe(`\`${"x".repeat(24)}\``);
  expect(show("<b>&_\\|*")).toBe("`<b>&_\\|*`");
});

test("longer text is described by its length, and nothing of it is shown", () => {
  expect(show("x".repeat(25))).toBe("a text of 25 characters");
  expect(show("😀".repeat(25))).toBe("a text of 25 characters");
  expect(show(`${"x".repeat(25)}\u00a0`)).toBe("a text of 26 characters with the invisible character U+00A0");
});

test("text with a known secret is not shown, not in part either", () => {
  expect(show("x=hunter2")).toBe("a text that contains a secret");
});

test("invisible characters are named, and shown only between digits", () => {
  expect(show("12\u202F345")).toBe("`12<U+202F>345`");
  expect(show("\u00A012")).toBe("`<U+00A0>12`");
  expect(show("pass\u200Bword")).toBe("a text with the invisible character U+200B");
  expect(show("a\nb")).toBe("a text with the invisible character U+000A");
});
