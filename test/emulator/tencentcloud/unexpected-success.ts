import type { Fault } from "../types.ts";

type Form = Extract<Fault, { kind: "success" }>["as"];

// Larger than every ID that was requested.
function notRequested(requested: readonly number[]): number[] {
  const largest = requested.reduce((a, b) => Math.max(a, b), 0);
  return [largest + 1, largest + 2];
}

function unexpectedForm(form: Form, success: readonly number[], requested: readonly number[]): unknown {
  switch (form) {
    case "missing":
      return undefined;
    case "null":
      return null;
    case "strings":
      return success.map(String);
    case "extra":
      return [...success, ...notRequested(requested)];
    case "not-array":
      return { ...success };
    case "duplicate":
      return success.flatMap((id) => [id, id]);
  }
}

/** The response to a deletion with `Success` in an unexpected form. Other responses stay as they are. */
export function withUnexpectedSuccess(
  response: Readonly<Record<string, unknown>>,
  form: Form,
  requested: readonly number[],
): Record<string, unknown> {
  const { Success: success, ...rest } = response;
  if (!Array.isArray(success)) return response;
  return { Success: unexpectedForm(form, success, requested), ...rest };
}
