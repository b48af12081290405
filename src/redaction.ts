/** How secrets are hidden in text. Of use in every room that shows text; knows of none of them. */

/** Secrets shorter than this are no secrets, and replacing them would garble every line. */
const MIN_SECRET_LENGTH = 3;

/** Those of `values` that can be told apart from ordinary text. */
export function maskable(values: readonly string[]): readonly string[] {
  return values.filter(({ length }) => length >= MIN_SECRET_LENGTH);
}

/** A function that hides `secrets` in a text. The runner masks them in logs as well, but not in files. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const longestFirst = [...maskable(secrets)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((clean, secret) => clean.replaceAll(secret, "***"), text);
}
