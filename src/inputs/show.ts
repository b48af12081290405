import { inlineCode } from "../shared/inline-code.ts";
import type { Redactor } from "../shared/redactor.ts";

/** Keys and tokens are longer, CSR IDs are not. */
const MAX_SHOWN_LENGTH = 24;
/** Foreign text for a message in Markdown: in a code span, or described. */
export type Show = (text: string) => string;
/** Control characters, all blanks but a space, and what changes how others are shown. */
const INVISIBLE = /\p{C}|\p{Default_Ignorable_Code_Point}|(?! )\p{Z}/gu;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** The code point of the first one: `U+FEFF`. */
export const invisibleCharacter = (text: string): string | undefined => text.match(INVISIBLE)?.map(codePoint)[0];
export const nameCharacter = (character: string): string => `${inlineCode(character)} (${codePoint(character)})`;

// Whole, or not at all: the runner masks neither a part of a secret nor an escaped one.
export function createShow(redactor: Pick<Redactor, "redact">): Show {
  return (text) => {
    if (redactor.redact(text) !== text) return "a text that contains a secret";
    const { length } = [...text];
    const invisible = invisibleCharacter(text);
    const reason = invisible === undefined ? "" : ` with the invisible character ${invisible}`;
    if (length > MAX_SHOWN_LENGTH) return `a text of ${length} characters${reason}`;
    const isEscapable = /^[0-9]*$/.test(text.replace(INVISIBLE, ""));
    if (reason && !isEscapable) return `a text${reason}`;
    return inlineCode(text.replace(INVISIBLE, (character) => `<${codePoint(character)}>`));
  };
}
