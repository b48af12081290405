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
export const invisibleCharacter = (text: string): string | undefined => text.match(INVISIBLE)?.map(codePoint)[0];
/** A character that can be seen, and its code point. */
export const nameCharacter = (character: string): string => `${inlineCode(character)} (${codePoint(character)})`;

// Whole, or not at all: it may be a secret in the wrong input. The runner does not mask a part of one, nor an escaped form.
export function createShow(redactor: Pick<Redactor, "redact">): Show {
  return (text) => {
    const { length } = [...text];
    if (redactor.redact(text) !== text) return "a text that contains a secret";
    if (length > MAX_SHOWN_LENGTH) return `a text of ${length} characters`;
    const invisible = invisibleCharacter(text);
    const isEscapable = /^[0-9]*$/.test(text.replace(INVISIBLE, ""));
    if (invisible !== undefined && !isEscapable) return `a text with the invisible character ${invisible}`;
    return inlineCode(text.replace(INVISIBLE, (character) => `<${codePoint(character)}>`));
  };
}
