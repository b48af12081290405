/** Secrets are masked by the runner in logs, and by us in all else. */
import * as core from "@actions/core";
import { maskable, redactor } from "./text.ts";

/** Has the runner mask `secrets`, and returns a function that hides them in any text. To be called before anything is printed. */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  for (const secret of maskable(secrets)) core.setSecret(secret);
  return redactor(secrets);
}
