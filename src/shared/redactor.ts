/** How secrets are hidden in foreign text. */
const MASK = "***";
/** Shorter values are no secrets, and replacing them would garble every line. */
const MIN_LENGTH = 3;
/** Shorter pieces of Base64 occur in ordinary text. */
const MIN_BASE64_LENGTH = 8;
/** IDs, and lists of them: masked, they would be missing from the results. */
const ONLY_NUMBERS = /^[\d\s,[\]"]*$/;

const ENTITIES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
/** Other forms of blanks, in URLs and JSON; regular expressions. */
const BLANKS: Readonly<Record<string, string>> = { " ": "\\+", "\n": "\\\\n", "\r": "\\\\r", "\t": "\\\\t" };

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** A pattern of `character` as it is, URL-encoded, as an entity of HTML, or escaped as in JSON. */
function patternOf(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const codePoint = character.codePointAt(0) ?? 0;
  const utf16 = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const hex = (value: number, digits = 0): string =>
    value
      .toString(16)
      .padStart(digits, "0")
      .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const named = ENTITIES[character];
  const numeric = `#0*${codePoint}|#[xX]0*${hex(codePoint)}`;
  const forms = [
    `\\\\?${escapeRegExp(character)}`,
    [...Buffer.from(character)].map((byte) => `%${hex(byte, 2)}`).join(""),
    `&(?:amp;)?(?:${numeric}${named ? `|${named}` : ""});`,
    utf16.map((unit) => `\\\\u${hex(unit, 4)}`).join(""),
    ...(BLANKS[character] ? [BLANKS[character]] : []),
  ];
  return `(?:${forms.join("|")})`;
}

/** What Base64 makes of `secret` wherever it stands in the encoded text: three ways, without what its neighbours change. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const form = whole.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 4) / 3));
    const urlSafe = form.replaceAll("+", "-").replaceAll("/", "_");
    return form.length < MIN_BASE64_LENGTH ? [] : urlSafe === form ? [form] : [form, urlSafe];
  });
}

/** One secret, and how it is found. What that takes is only made when a text is redacted. */
class Secret {
  readonly value: string;
  /** A part of the secret that is the same in every form but Base64. */
  readonly #landmark: string;
  #base64: readonly string[] | undefined;
  #pattern: RegExp | undefined;

  constructor(value: string) {
    this.value = value;
    const runs = value.match(/[A-Za-z0-9]+/g) ?? [""];
    this.#landmark = runs.reduce((longest, run) => (run.length > longest.length ? run : longest));
  }

  redact(text: string): string {
    this.#base64 ??= base64Forms(this.value);
    const redacted = this.#base64.reduce((rest, form) => rest.replaceAll(form, MASK), text);
    if (!redacted.includes(this.#landmark)) return redacted;
    this.#pattern ??= new RegExp([...this.value].map(patternOf).join(""), "g");
    return redacted.replace(this.#pattern, MASK);
  }
}

/**
 * A growing set of secrets, and the hiding of them in foreign text: as they are, URL-encoded, in Base64, and escaped as in HTML and
 * JSON. Values of one or two characters, and values that consist of numbers only (as IDs do), are not hidden: masks never touch IDs.
 */
export class Redactor {
  readonly #onRegister: (secret: string) => void;
  /** The longest first, so that a secret inside another one leaves no rest of it. */
  #secrets: readonly Secret[] = [];

  /** @param onRegister called once for each new secret, before anything else happens with it */
  constructor(onRegister: (secret: string) => void = () => undefined) {
    this.#onRegister = onRegister;
  }

  /** Adds secrets; with `ignoreCase`, their lower case, too. */
  registerSecrets(secrets: readonly string[], { ignoreCase = false }: { readonly ignoreCase?: boolean } = {}): void {
    const values = ignoreCase ? secrets.flatMap((secret) => [secret, secret.toLowerCase()]) : secrets;
    const known = new Set(this.#secrets.map(({ value }) => value));
    const added = [...new Set(values)].filter(
      (value) => value.length >= MIN_LENGTH && !ONLY_NUMBERS.test(value) && !known.has(value),
    );
    for (const value of added) this.#onRegister(value);
    this.#secrets = [...this.#secrets, ...added.map((value) => new Secret(value))].sort(
      (a, b) => b.value.length - a.value.length,
    );
  }

  redact(text: string): string {
    return this.#secrets.reduce((rest, secret) => secret.redact(rest), text);
  }

  /** `value` without secrets in texts and names, but for `ownWords`. What needs no change is not copied. */
  redactValue<T>(value: T, ownWords: ReadonlySet<string> = new Set()): T {
    const done = new Map<object, unknown>();
    const walk = (part: unknown, depth: number): unknown => {
      if (typeof part === "string") return ownWords.has(part) ? part : this.redact(part);
      if (typeof part !== "object" || part === null) return part;
      if (depth > MAX_DEPTH) return "…";
      if (!done.has(part))
        done.set(
          part,
          walkInto(part, (item) => walk(item, depth + 1)),
        );
      return done.get(part);
    };
    return walk(value, 0) as T;
  }
}

/** Values of ours are never deeper. */
const MAX_DEPTH = 20;

function walkInto(value: object, walk: (part: unknown) => unknown): unknown {
  const list = (items: readonly unknown[]): readonly unknown[] => {
    const redacted = items.map(walk);
    return redacted.every((item, index) => item === items[index]) ? items : redacted;
  };
  if (Array.isArray(value)) return list(value);
  const entries: (readonly [unknown, unknown])[] =
    value instanceof Map || value instanceof Set ? [...value.entries()] : Object.entries(value);
  const [names, values] = [entries.map(([name]) => name), entries.map(([, item]) => item)];
  const [newNames, newValues] = [list(names), list(values)];
  if (newNames === names && newValues === values) return value;
  if (value instanceof Set) return new Set(newNames);
  const redacted = newNames.map((name, index) => [name, newValues[index]] as const);
  return value instanceof Map ? new Map(redacted) : Object.fromEntries(redacted as [string, unknown][]);
}
