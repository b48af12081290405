import { failed, type Result, success } from "../shared/result.ts";
import type { Show } from "./show.ts";

/** A failure is a predicate about the input: "must be …". */
export type Parse<Value> = (text: string, show: Show, workspace?: string) => Result<Value, string>;
/** What is often written instead, and what to say of it; the first that fits. */
export type Hints = ReadonlyArray<readonly [RegExp, string]>;
export const findHint = (hints: Hints, text: string): string | undefined =>
  hints.find(([pattern]) => pattern.test(text))?.[1];

const mustBe =
  <Value>(form: string, parse: (text: string) => Value | undefined): Parse<Value> =>
  (text, show) => {
    const value = parse(text);
    return value === undefined ? failed(`must be ${form}, not ${show(text)}`) : success(value);
  };

const mustMatch = (form: string, pattern: RegExp) => mustBe(form, (text) => (pattern.test(text) ? text : undefined));

/** YAML 1.2 core schema, as `core.getBooleanInput` reads it. */
export const toBoolean = (text: string) =>
  /^(true|True|TRUE|false|False|FALSE)$/.test(text) ? text.toLowerCase() === "true" : undefined;
export const parseBoolean = mustBe("`true` or `false`", toBoolean);

export const parseChoice = <Choice extends string>(first: Choice, second: Choice, third: Choice) =>
  mustBe(`\`${first}\`, \`${second}\` or \`${third}\``, (text) => [first, second, third].find((each) => each === text));

const parseNumber = (form: string, pattern: RegExp, min: number, max: number) =>
  mustBe(form, (text) => (pattern.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined));
export const parseRequestsPerSecond = parseNumber("a number from 0.1 to 100", /^[0-9]+(\.[0-9]+)?$/, 0.1, 100);
export const parseCount = (unset: string, min: number) =>
  parseNumber(`a whole number from ${min}, or \`${unset}\``, /^(0|[1-9][0-9]*)$/, min, 999_999_999);

/** `text` is as given: "20d". */
export type Age = Readonly<{ ms: number; text: string }>;
const HOURS = new Map(Object.entries({ h: 1, d: 24, w: 7 * 24 }));
export const parseAge = mustBe("a time such as `12h`, `90d` or `4w`, or `none`", (text): Age | undefined => {
  const [, count, unit = ""] = /^(0|[1-9][0-9]{0,5})([hdw])$/.exec(text) ?? [];
  const hours = HOURS.get(unit);
  return hours === undefined ? undefined : { ms: Number(count) * hours * 3_600_000, text };
});

// https://www.tencentcloud.com/document/api/1150/49454
export const parseRoleArn = mustMatch(
  "`qcs::cam::uin/<account ID>:roleName/<role name>`",
  /^qcs::cam::uin\/[0-9]+:roleName\/[\w+=,.@-]{1,128}$/,
);
export const parseProvider = mustMatch("the name of the identity provider in CAM", /^[\w.-]{1,128}$/);
export const parseAudience = mustMatch("a client ID of the provider in CAM", /^[\x21-\x7e]{1,255}$/);

const NO_SECRETS: Hints = [
  [/^\$|\$\{\{|^(secrets|env|vars|github)\.\w+$/i, "is the text of an expression: check its braces and quotes"],
  [/^\*+$|^["'`]|["'`]$|[^\x21-\x7e]/, "has quotes or blanks, or is a mask (`***`): copy it again"],
];
/** Why `value` cannot be a secret; does not show it. */
export const problemOfSecret = (value: string): string | undefined => findHint(NO_SECRETS, value);
