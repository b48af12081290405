/**
 * How foreign text is shown in a message about wrong inputs: whole, or not at all. Any text may be a secret that was pasted into
 * the wrong input. The runner masks whole secrets only, so a part of one, or an escaped form, would get past its masks.
 */
import { inlineCode } from "../shared/inline-code.ts";
import type { Redactor } from "../shared/redactor.ts";

/** Longer text is described by its length only: keys and tokens are longer than CSR IDs. */
const MAX_SHOWN_LENGTH = 24;

/** A noun phrase in Markdown for foreign text: the text in a code span, or a description of it. */
export type Show = (text: string) => string;

/** Characters that cannot be seen, or that change how others are shown: all kinds of control characters and blanks but a space. */
const INVISIBLE = /\p{C}|\p{Default_Ignorable_Code_Point}|(?! )\p{Z}/gu;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** The code point of the first invisible character in `text`: `U+FEFF`. */
export function invisibleCharacter(text: string): string | undefined {
  const [character] = text.match(INVISIBLE) ?? [];
  return character === undefined ? undefined : codePoint(character);
}

/** One character, which can be seen, and its code point. */
export const nameCharacter = (character: string): string => `${inlineCode(character)} (${codePoint(character)})`;

export function createShow(redactor: Pick<Redactor, "redact">): Show {
  return (text) => {
    const { length } = [...text];
    if (redactor.redact(text) !== text) return "a text that contains a secret";
    if (length > MAX_SHOWN_LENGTH) return `a text of ${length} characters`;
    const invisible = invisibleCharacter(text);
    if (invisible === undefined) return inlineCode(text);
    // An escaped secret would get past the masks; digits are none.
    if (/[^0-9]/.test(text.replace(INVISIBLE, ""))) return `a text with the invisible character ${invisible}`;
    return inlineCode(text.replace(INVISIBLE, (character) => `<${codePoint(character)}>`));
  };
}
