import type { Answer } from "./api.ts";
import type { Fault } from "./types.ts";

type Form = Extract<Fault, { kind: "success" }>["as"];

// Above every ID that was asked for, so that they were surely not.
function neverAsked(asked: readonly number[]): number[] {
  const top = asked.reduce((a, b) => Math.max(a, b), 0);
  return [top + 1, top + 2];
}

function strangeForm(form: Form, success: readonly number[], asked: readonly number[]): unknown {
  switch (form) {
    case "missing":
      return undefined;
    case "null":
      return null;
    case "strings":
      return success.map(String);
    case "extra":
      return [...success, ...neverAsked(asked)];
    case "not-array":
      return { ...success };
    case "duplicate":
      return success.flatMap((id) => [id, id]);
  }
}

/** The body of an answer to a deletion with `Success` in a strange form. Other answers stay as they are. */
export function withStrangeSuccess(answer: Answer, form: Form, asked: readonly number[]): Record<string, unknown> {
  const { Success: success, ...rest } = answer.response;
  if (!Array.isArray(success)) return answer.response;
  return { Success: strangeForm(form, success, asked), ...rest };
}
