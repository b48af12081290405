import { failed, type Result, success } from "../shared/result.ts";
import { invisibleCharacter, type Show } from "./show.ts";

/** From the text of an input to its value; a failure is a predicate about the input: "must be …". */
export type Parse<Value> = (text: string, show: Show) => Result<Value, string>;

export const parseText: Parse<string> = (text) => success(text);

/** YAML 1.2 core schema, as `core.getBooleanInput` reads it. */
export const parseBoolean: Parse<boolean> = (text, show) => {
  if (/^(true|True|TRUE)$/.test(text)) return success(true);
  if (/^(false|False|FALSE)$/.test(text)) return success(false);
  return failed(`must be \`true\` or \`false\`, not ${show(text)}`);
};

export const parseChoice =
  <Choice extends string>(...choices: readonly [Choice, Choice, Choice]): Parse<Choice> =>
  (text, show) => {
    const choice = choices.find((each) => each === text);
    const [first, second, third] = choices;
    return choice === undefined
      ? failed(`must be \`${first}\`, \`${second}\` or \`${third}\`, not ${show(text)}`)
      : success(choice);
  };

export const parseRequestsPerSecond: Parse<number> = (text, show) => {
  const rate = Number(text);
  const valid = /^[0-9]+(\.[0-9]+)?$/.test(text) && rate >= 0.1 && rate <= 100;
  return valid ? success(rate) : failed(`must be a number from 0.1 to 100, not ${show(text)}`);
};

/** A whole number from `min`, or `unset`, which stands for none. */
export const parseCount =
  (unset: string, min: 0 | 1): Parse<number | undefined> =>
  (text, show) => {
    if (text === unset) return success(undefined);
    return /^(0|[1-9][0-9]{0,8})$/.test(text) && Number(text) >= min
      ? success(Number(text))
      : failed(`must be a whole number from ${min}, or \`${unset}\`, not ${show(text)}`);
  };

/** A length of time, and how it was given: "20d" tells people more than "480 hours". */
export interface Age {
  readonly ms: number;
  readonly text: string;
}

const HOUR_MS = 3_600_000;
const UNIT_MS = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS } as const;

/** `12h`, `90d` or `4w`; undefined for `none`. */
export const parseAge: Parse<Age | undefined> = (text, show) => {
  if (text === "none") return success(undefined);
  const [, count, unit] = /^(0|[1-9][0-9]{0,5})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return success({ ms: Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS], text });
  return failed(
    `must be a number of hours, days or weeks such as \`12h\`, \`90d\` or \`4w\`, or \`none\`, not ${show(text)}`,
  );
};

/** Why `value` cannot be a secret, without showing it. */
export function problemOfSecret(value: string): string | undefined {
  if (/^\$|\$\{\{|^(secrets|env|vars|github)\.\w+$/i.test(value))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
    return "is the text of an expression, not its value: write `${{ secrets.NAME }}`, unquoted";
  if (/^\*+$/.test(value)) return "is a mask (`***`) copied from a log, not the secret itself";
  if (/^["'`]|["'`]$/.test(value)) return "has quotes around it: store the secret without them";
  if (/[^\x21-\x7e]/.test(value))
    return "contains a space, a line break or another character that no secret has: copy it again";
  return undefined;
}

export const parseSecret: Parse<string> = (text) => {
  const problem = problemOfSecret(text);
  return problem === undefined ? success(text) : failed(problem);
};

// The forms are those of https://www.tencentcloud.com/document/api/1150/49454 and the CAM documents it links to.
const ROLE_ARN_FORM = "`qcs::cam::uin/<account ID>:roleName/<role name>`";

function roleArnHint(text: string): string {
  if (/\s/.test(text) || invisibleCharacter(text) !== undefined)
    return ": it contains a blank or an invisible character";
  if (/^(arn|acs):/.test(text)) return ": this ARN is of another cloud";
  if (/:oidc-provider\//.test(text)) return ": this is the identity provider, not the role";
  if (/:role\//.test(text)) return ": use the role's name (`roleName/…`), not its ID (`role/…`)";
  if (/^qcs::cam::uin\/(?![0-9]+:)/.test(text)) return ": the account ID after `uin/` is a number";
  return "";
}

export const parseRoleArn: Parse<string> = (text) =>
  /^qcs::cam::uin\/[0-9]+:roleName\/[\w+=,.@-]{1,128}$/.test(text)
    ? success(text)
    : failed(`must be a role of the form ${ROLE_ARN_FORM}${roleArnHint(text)}`);

export const parseProvider: Parse<string> = (text, show) => {
  if (/^[\w.-]{1,128}$/.test(text)) return success(text);
  const hint = /[:/]/.test(text) ? ", not its URL or its `qcs::cam::` form" : "";
  return failed(`must be the name of the identity provider in CAM${hint}: ${show(text)} is none`);
};

export const parseAudience: Parse<string> = (text, show) =>
  /^[\x21-\x7e]{1,255}$/.test(text)
    ? success(text)
    : failed(`must be a client ID of the identity provider in CAM, without blanks, not ${show(text)}`);
