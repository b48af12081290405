/** What a step that may fail returns: failures are values here, not exceptions. */
export type Result<Value, Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };

export const success = <Value>(value: Value) => ({ ok: true, value }) as const;

export const failed = <Failure>(failure: Failure) => ({ ok: false, failure }) as const;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
