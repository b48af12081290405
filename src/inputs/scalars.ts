import { failed, type Result, success } from "../shared/result.ts";
import { invisibleCharacter, type Show } from "./show.ts";

/** From the text of an input to its value; a failure is a predicate about the input: "must be …". */
export type Parse<Value> = (text: string, show: Show) => Result<Value, string>;
/** What people write instead of what is meant, and what to tell them. The first that fits counts. */
export type Hints = ReadonlyArray<readonly [RegExp, string]>;
export const findHint = (hints: Hints, text: string): string | undefined =>
  hints.find(([pattern]) => pattern.test(text))?.[1];

/** `parse` gives undefined for text that has not the form. */
const mustBe =
  <Value>(form: string, parse: (text: string) => Value | undefined): Parse<Value> =>
  (text, show) => {
    const value = parse(text);
    return value === undefined ? failed(`must be ${form}, not ${show(text)}`) : success(value);
  };

const orUnset =
  <Value>(unset: string, parse: Parse<Value>): Parse<Value | undefined> =>
  (text, show) =>
    text === unset ? success(undefined) : parse(text, show);

/** YAML 1.2 core schema, as `core.getBooleanInput` reads it. */
export const parseBoolean = mustBe("`true` or `false`", (text) =>
  /^(true|True|TRUE|false|False|FALSE)$/.test(text) ? text.toLowerCase() === "true" : undefined,
);

export const parseChoice = <Choice extends string>(first: Choice, second: Choice, third: Choice): Parse<Choice> =>
  mustBe(`\`${first}\`, \`${second}\` or \`${third}\``, (text) => [first, second, third].find((each) => each === text));

const parseNumber = (form: string, pattern: RegExp, min: number, max: number): Parse<number> =>
  mustBe(form, (text) => (pattern.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : undefined));
export const parseRequestsPerSecond = parseNumber("a number from 0.1 to 100", /^[0-9]+(\.[0-9]+)?$/, 0.1, 100);
/** A whole number from `min`, or `unset`, which stands for none. */
export const parseCount = (unset: string, min: 0 | 1): Parse<number | undefined> =>
  orUnset(unset, parseNumber(`a whole number from ${min}, or \`${unset}\``, /^(0|[1-9][0-9]*)$/, min, 999_999_999));

/** A length of time, and how it was given: "20d" says more than "480 hours". */
export type Age = { readonly ms: number; readonly text: string };
const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 7 * 24 };
const AGE_FORM = "a number of hours, days or weeks such as `12h`, `90d` or `4w`, or `none`";
const parseGivenAge = mustBe(AGE_FORM, (text): Age | undefined => {
  const [, count, unit = ""] = /^(0|[1-9][0-9]{0,5})([hdw])$/.exec(text) ?? [];
  return count === undefined ? undefined : { ms: Number(count) * (HOURS[unit] ?? 0) * 3_600_000, text };
});
export const parseAge = orUnset("none", parseGivenAge);
// biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
const EXPRESSION = "is the text of an expression, not its value: write `${{ secrets.NAME }}`, unquoted";
const NO_SECRETS: Hints = [
  [/^\$|\$\{\{|^(secrets|env|vars|github)\.\w+$/i, EXPRESSION],
  [/^\*+$/, "is a mask (`***`) copied from a log, not the secret itself"],
  [/^["'`]|["'`]$/, "has quotes around it: store the secret without them"],
  [/[^\x21-\x7e]/, "contains a space, a line break or another character that no secret has: copy it again"],
];
/** Why `value` cannot be a secret, without showing it. */
export const problemOfSecret = (value: string): string | undefined => findHint(NO_SECRETS, value);

// The forms: https://www.tencentcloud.com/document/api/1150/49454
const NO_ROLES: Hints = [
  [/\s/, ": it contains a blank or an invisible character"],
  [/^(arn|acs):/, ": this ARN is of another cloud"],
  [/:oidc-provider\//, ": this is the identity provider, not the role"],
  [/:role\//, ": use the role's name (`roleName/…`), not its ID (`role/…`)"],
  [/^qcs::cam::uin\/(?![0-9]+:)/, ": the account ID after `uin/` is a number"],
];
export const parseRoleArn: Parse<string> = (text) => {
  if (/^qcs::cam::uin\/[0-9]+:roleName\/[\w+=,.@-]{1,128}$/.test(text)) return success(text);
  const hint = findHint(NO_ROLES, invisibleCharacter(text) === undefined ? text : " ") ?? "";
  return failed(`must be a role of the form \`qcs::cam::uin/<account ID>:roleName/<role name>\`${hint}`);
};

export const parseProvider: Parse<string> = (text, show) => {
  if (/^[\w.-]{1,128}$/.test(text)) return success(text);
  const hint = /[:/]/.test(text) ? ", not its URL or its `qcs::cam::` form" : "";
  return failed(`must be the name of the identity provider in CAM${hint}: ${show(text)} is none`);
};

const AUDIENCE_FORM = "a client ID of the identity provider in CAM, without blanks";
export const parseAudience = mustBe(AUDIENCE_FORM, (text) => (/^[\x21-\x7e]{1,255}$/.test(text) ? text : undefined));
