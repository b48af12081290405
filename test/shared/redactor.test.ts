import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Redactor } from "../../src/shared/redactor.ts";

function redactorOf(secrets: readonly string[], options?: { ignoreCase: boolean }): Redactor {
  const redactor = new Redactor();
  redactor.registerSecrets(secrets, options);
  return redactor;
}

test("secrets are hidden wherever they are, the longest first", () => {
  const redactor = redactorOf(["secret", "secret-key", "k$y"]);
  expect(redactor.redact("secret-key secret k$y secretsecret")).toBe("*** *** *** ******");
});

test("text without a secret stays as it is", () => {
  expect(redactorOf(["example-secret"]).redact("an example, no secret")).toBe("an example, no secret");
  expect(new Redactor().redact("anything")).toBe("anything");
});

test("values of one or two characters are not secrets", () => {
  expect(redactorOf(["", "a", "ab"]).redact("a ab abc")).toBe("a ab abc");
});

test("masks never touch IDs: values that consist of numbers only are neither hidden nor registered with the runner", () => {
  const onRegister = vi.fn();
  const redactor = new Redactor(onRegister);
  redactor.registerSecrets(["1234", "12, 34", "[1,2]", "1234a"]);
  expect(redactor.redact("1234, 12, 34, [1,2], 1234a")).toBe("1234, 12, 34, [1,2], ***");
  expect(onRegister.mock.calls).toEqual([["1234a"]]);
});

test("secrets can be added later, and each is registered with the runner once", () => {
  const onRegister = vi.fn();
  const redactor = new Redactor(onRegister);
  redactor.registerSecrets(["first-secret", "first-secret"]);
  expect(redactor.redact("first-secret second-secret")).toBe("*** second-secret");
  redactor.registerSecrets(["second-secret", "first-secret"]);
  expect(redactor.redact("first-secret second-secret")).toBe("*** ***");
  expect(onRegister.mock.calls).toEqual([["first-secret"], ["second-secret"]]);
});

test("with ignoreCase the lower case is hidden and registered, too", () => {
  const onRegister = vi.fn();
  const redactor = new Redactor(onRegister);
  redactor.registerSecrets(["AKIDExample"], { ignoreCase: true });
  expect(redactor.redact("AKIDExample akidexample AKIDEXAMPLE")).toBe("*** *** AKIDEXAMPLE");
  expect(onRegister.mock.calls).toEqual([["AKIDExample"], ["akidexample"]]);
  expect(redactorOf(["AKIDExample"]).redact("akidexample")).toBe("akidexample");
});

test("a secret without a letter or digit is hidden, too", () => {
  expect(redactorOf(["+/=%&"]).redact("a +/=%& b %2B%2F%3D%25%26 c")).toBe("a *** b *** c");
});

describe("a secret is hidden", () => {
  const secret = `p/w+d e&f_g<"'>h\\i ü🔑\n.z`;
  const entities = (write: (codePoint: number) => string) =>
    [...secret].map((c) => (/[a-z0-9]/i.test(c) ? c : `&${write(c.codePointAt(0) ?? 0)};`)).join("");

  test.each([
    ["as it is", secret],
    ["URL-encoded", encodeURIComponent(secret)],
    ["URL-encoded in lower case", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ["as a form has it", new URLSearchParams({ x: secret }).toString().slice(2)],
    ["as JSON", JSON.stringify(secret).slice(1, -1)],
    ["as JSON with escaped slashes", JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/")],
    [
      "as JSON in ASCII",
      JSON.stringify(secret)
        .slice(1, -1)
        .replace(/[^ -~]/g, asciiEscape),
    ],
    ["with the entities of HTML", secret.replace(/[&<>"']/g, namedEntity)],
    ["with decimal entities", entities((codePoint) => `#${codePoint}`)],
    ["with hexadecimal entities", entities((codePoint) => `#x${codePoint.toString(16)}`)],
    ["with decimal entities that begin with zeros", entities((codePoint) => `#00${codePoint}`)],
    ["with hexadecimal entities that begin with zeros", entities((codePoint) => `#x00${codePoint.toString(16)}`)],
    ["with entities in upper case", entities((codePoint) => `#X${codePoint.toString(16).toUpperCase()}`)],
    ["with entities escaped twice", entities((codePoint) => `amp;#${codePoint}`)],
  ])("%s", (_form, text) => {
    expect(redactorOf([secret]).redact(`before ${text} after`)).toBe("before *** after");
  });

  test.each(["", "u", "us", "user:"])("in Base64, after %j", (before) => {
    const encoded = Buffer.from(`${before}example-secret-key:more`).toString("base64");
    const redacted = redactorOf(["example-secret-key"]).redact(`Basic ${encoded}`);
    expect(redacted).toContain("***");
    // What is left belongs to the neighbours: of the secret at most the bits of one character at each end.
    const left = redacted.slice("Basic ".length).split("***");
    expect(left.join("").length).toBeLessThanOrEqual(Math.ceil(((before.length + 5) * 4) / 3) + 5);
    expect(Buffer.from(redacted.replace("***", ""), "base64").toString("latin1")).not.toContain("ecret");
  });

  test("in URL-safe Base64", () => {
    const secret = "???>>>secret";
    const encoded = Buffer.from(secret).toString("base64url");
    expect(encoded).toMatch(/-.*_|_.*-/);
    expect(redactorOf([secret]).redact(encoded)).toBe("***");
  });

  test("in Base64 each time, if it has 8 characters; of fewer, Base64 looks like other text", () => {
    expect(redactorOf(["hunter22"]).redact("aHVudGVyMjI= hunter22 aHVudGVyMjI=")).toBe("***I= *** ***I=");
    expect(redactorOf(["abc"]).redact("YWJj, FiY")).toBe("YWJj, FiY");
  });

  test("with decimal entities for all but letters", () => {
    expect(redactorOf(["secret_key/+="]).redact("a secret&#95;key&#47;&#43;&#61; b")).toBe("a *** b");
  });
});

const asciiEscape = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");

const namedEntity = (character: string): string =>
  ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? "&#39;";

test("whatever a secret consists of, it is found in every form", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3, maxLength: 40, unit: "grapheme" }), (text) => {
      const secret = `x${text}y`;
      const redactor = redactorOf([secret]);
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
        expect(redactor.redact(form)).toBe("***");
    }),
  );
});

describe("a value", () => {
  const redactor = redactorOf(["example-secret"]);

  test("is redacted in its strings, at any depth, also in maps, their names, and sets", () => {
    const value = { a: ["example-secret", { b: ["x example-secret"] }], m: new Map([["example-secret", 1]]) };
    expect(redactor.redactValue(value)).toEqual({ a: ["***", { b: ["x ***"] }], m: new Map([["***", 1]]) });
    expect(redactor.redactValue(new Map([[1, "example-secret"]]))).toEqual(new Map([[1, "***"]]));
    expect(redactor.redactValue(new Set(["example-secret"]))).toEqual(new Set(["***"]));
  });

  test("keeps numbers, everything else, and our own words", () => {
    const value = { "example-secret": 1234, n: null, t: true, list: [1, 2.5], u: undefined, text: "example-secret" };
    expect(redactor.redactValue(value, new Set(["example-secret"]))).toBe(value);
    expect(redactor.redactValue(undefined)).toBeUndefined();
    expect(redactor.redactValue("an example-secret", new Set(["an"]))).toBe("an ***");
  });

  test("is the same object if it holds no secret, beside others, too", () => {
    const [clean, other] = [{ a: new Map([[1, { b: new Set(["c"]) }]]) }, { s: "example-secret" }];
    const [first, second, third] = redactor.redactValue([other, other, clean]);
    expect(third).toBe(clean);
    expect([first, second]).toEqual([{ s: "***" }, { s: "***" }]);
    expect(other).toEqual({ s: "example-secret" });
  });

  test("of any depth ends", () => {
    let deep: unknown = "example-secret";
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    expect(JSON.stringify(redactor.redactValue(deep))).not.toContain("example-secret");
  });
});

test("a secret of many letters with accents is found URL-encoded", () => {
  const secret = "x\u03b1\u0313\u0300\u0100   \u03b1\u0300\u0100\u0100\u03b1\u0313\u0300\u03b1\u0313\u0300   + y";
  const redactor = new Redactor();
  redactor.registerSecrets([secret]);
  expect(redactor.redact(`a ${encodeURIComponent(secret)} b`)).toBe("a *** b");
});
