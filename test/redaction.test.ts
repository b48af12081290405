import { describe, expect, test } from "vitest";
import { redactor } from "../src/redaction.ts";

describe("secrets", () => {
  test("are hidden wherever they stand, the longest first", () => {
    const clean = redactor(["secret", "secret-key", "k$y"]);
    expect(clean("secret-key secret k$y secretsecret")).toBe("*** *** *** ******");
  });

  test("of one or two characters are left alone", () => {
    expect(redactor(["", "a", "ab"])("a ab abc")).toBe("a ab abc");
  });
});
