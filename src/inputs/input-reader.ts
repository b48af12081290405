import { inlineCode } from "../shared/inline-code.ts";
import { type GetInput, INPUT_DEFAULTS, type InputName } from "./known-inputs.ts";
import type { Parse } from "./scalars.ts";
import type { Show } from "./show.ts";

/** Reads inputs one by one and collects their problems, so that all of them are reported at once. */
export class InputReader {
  readonly show: Show;
  readonly #getInput: GetInput;
  readonly #problems: string[] = [];

  constructor(getInput: GetInput, show: Show) {
    this.#getInput = getInput;
    this.show = show;
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  /** Adds a problem: sentences in Markdown, which name the input. */
  report(problem: string): void {
    this.#problems.push(problem);
  }

  /** Adds a problem with one input; `predicate` is such as "must be …". */
  reject(name: InputName, predicate: string): void {
    this.report(`\`${name}\` ${predicate}${predicate.includes("\n") ? "" : "."}`);
  }

  text(name: InputName): string {
    return this.#getInput(name);
  }

  /** Whether the step says something by it: neither blank nor the default. */
  isGiven(name: InputName): boolean {
    const text = this.text(name);
    return text !== "" && text !== INPUT_DEFAULTS[name];
  }

  /**
   * The value of an input, or `otherwise` if something is wrong with it. The runner sets the default of an input that the step
   * leaves out, so a blank one is an expression that came out blank; it must not count as the default, which may delete more.
   */
  read<Value>(name: InputName, parse: Parse<Value>, otherwise: Value): Value {
    const text = this.text(name);
    const inputDefault = INPUT_DEFAULTS[name];
    if (text === "" && inputDefault !== undefined) {
      this.reject(
        name,
        `is blank: check the expression, or leave the input out for its default, ${inlineCode(inputDefault)}`,
      );
      return otherwise;
    }
    const value = parse(text, this.show);
    if (value.ok) return value.value;
    this.reject(name, value.failure);
    return otherwise;
  }
}
