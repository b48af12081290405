/** Inputs of one value. A failure is a predicate about the input: "must be …". */
import { failed, type Result, success } from "../shared/result.ts";
import type { Show } from "./show.ts";

export type Parse<Value> = (text: string, show: Show) => Result<Value, string>;

export type OnAbsent = "ignore" | "warn" | "fail";

/** YAML 1.2 core schema, as `core.getBooleanInput` reads it. */
export const parseBoolean: Parse<boolean> = (text, show) => {
  if (/^(true|True|TRUE)$/.test(text)) return success(true);
  if (/^(false|False|FALSE)$/.test(text)) return success(false);
  return failed(`must be \`true\` or \`false\`, not ${show(text)}`);
};

export const parseRequestsPerSecond: Parse<number> = (text, show) => {
  const rate = Number(text);
  const valid = /^[0-9]+(\.[0-9]+)?$/.test(text) && rate >= 0.1 && rate <= 100;
  return valid ? success(rate) : failed(`must be a number from 0.1 to 100, not ${show(text)}`);
};

export const parseOnAbsent: Parse<OnAbsent> = (text, show) =>
  text === "ignore" || text === "warn" || text === "fail"
    ? success(text)
    : failed(`must be \`ignore\`, \`warn\` or \`fail\`, not ${show(text)}`);

/** A positive whole number, or `unset`, which stands for none. */
export const parseCount =
  (unset: string): Parse<number | undefined> =>
  (text, show) => {
    if (text === unset) return success(undefined);
    return /^[1-9][0-9]{0,8}$/.test(text)
      ? success(Number(text))
      : failed(`must be a whole number from 1, or \`${unset}\`, not ${show(text)}`);
  };

const HOUR_MS = 3_600_000;
const UNIT_MS = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS } as const;

/** `12h`, `90d` or `4w` in milliseconds; undefined for `none`. */
export const parseAge: Parse<number | undefined> = (text, show) => {
  if (text === "none") return success(undefined);
  const [, count, unit] = /^(0|[1-9][0-9]{0,5})([hdw])$/.exec(text) ?? [];
  return count === undefined
    ? failed(
        `must be a number of hours, days or weeks such as \`12h\`, \`90d\` or \`4w\`, or \`none\`, not ${show(text)}`,
      )
    : success(Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]);
};
