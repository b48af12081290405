import { inlineCode } from "../shared/inline-code.ts";
import type { Redactor } from "../shared/redactor.ts";

/** Keys and tokens are longer, CSR IDs are not. */
const MAX_SHOWN_LENGTH = 24;
/** Control characters, all blanks but a space, and what changes how others are shown. */
const INVISIBLE = /\p{C}|\p{Default_Ignorable_Code_Point}|(?! )\p{Z}/gu;

const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

const invisibleCharacter = (text: string) => text.match(INVISIBLE)?.map(codePoint)[0];

export function problemOfInvisible(text: string, hint = ""): string | undefined {
  const invisible = invisibleCharacter(text);
  return invisible && `contains the character ${invisible}${hint}`;
}

export const nameCharacter = (character: string) => `${inlineCode(character)} (${codePoint(character)})`;

/** Foreign text for a message in Markdown: in a code span, or described. */
export type Show = ReturnType<typeof createShow>;

// Whole, or not at all: the runner masks neither a part of a secret nor an escaped one.
export function createShow(redactor: Pick<Redactor, "redact">) {
  return (text: string): string => {
    if (redactor.redact(text) !== text) return "a text that contains a secret";
    const { length } = [...text];
    const invisible = invisibleCharacter(text);
    const reason = invisible ? ` with the invisible character ${invisible}` : "";
    if (length > MAX_SHOWN_LENGTH) return `a text of ${length} characters${reason}`;
    if (reason && /[^0-9]/.test(text.replace(INVISIBLE, ""))) return `a text${reason}`;
    return inlineCode(text.replace(INVISIBLE, (character) => `<${codePoint(character)}>`));
  };
}
