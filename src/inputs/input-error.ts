/** What is wrong with the inputs: every fault found, each a sentence or more that names its input and a remedy. */
export class InputError extends Error {
  override name = "InputError" as const;
  readonly problems: readonly string[];
  /** Among the problems is that secrets are missing. */
  readonly secretsMissing: boolean;

  constructor(problems: readonly string[], secretsMissing: boolean) {
    super(problems.join("\n"));
    this.problems = problems;
    this.secretsMissing = secretsMissing;
  }
}
