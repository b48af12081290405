const MASK = "***";
/** Shorter values are no secrets, and replacing them would garble every line. */
const MIN_LENGTH = 3;
/** Shorter pieces of Base64 occur in ordinary text. */
const MIN_BASE64_LENGTH = 8;
/** IDs, and lists of them: masked, they would be missing from the results. */
const ONLY_NUMBERS = /^[\d\s,[\]"]*$/;
const MAX_DEPTH = 20;

const ENTITIES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
/** Other forms of blanks, in URLs and JSON; regular expressions. */
const BLANKS: Readonly<Record<string, string>> = { " ": "\\+", "\n": "\\\\n", "\r": "\\\\r", "\t": "\\\\t" };

/** A pattern of `character` as it is, URL-encoded, as an entity of HTML, or escaped as in JSON. */
function patternOf(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  const codePoint = character.codePointAt(0) ?? 0;
  const named = ENTITIES[character] ? `|${ENTITIES[character]}` : "";
  const encoded = [
    Array.from(Buffer.from(character), (byte) => `%${hex(byte, 2)}`).join(""),
    `&(?:amp;)?(?:#0*${codePoint}|#x0*${hex(codePoint, 1)}${named});`,
    character.replace(/./gs, (unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`),
  ];
  const itself = character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  // Not as `(?i:…)`: with many of these groups V8 of Node 24 misses matches.
  const inEitherCase = encoded.join("|").replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  return `(?:\\\\?${itself}|${BLANKS[character] ?? itself}|${inEitherCase})`;
}

/** The three ways in which Base64 writes `secret`, depending on where it stands; without what its neighbours change. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const forms = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    return whole.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 4) / 3));
  });
  const urlSafe = forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([...forms, ...urlSafe])].filter(({ length }) => length >= MIN_BASE64_LENGTH);
}

/** Hides one secret. What that takes is only made when a text is redacted. */
function createMask(secret: string): (text: string) => string {
  let base64: readonly string[] | undefined;
  let pattern: RegExp | undefined;
  // A part of the secret that is the same in every form but Base64.
  const runs = secret.match(/[A-Za-z0-9]+/g) ?? [""];
  const landmark = runs.reduce((longest, run) => (run.length > longest.length ? run : longest));
  return (text) => {
    base64 ??= base64Forms(secret);
    const redacted = base64.reduce((rest, form) => rest.replaceAll(form, MASK), text);
    if (!redacted.includes(landmark)) return redacted;
    pattern ??= new RegExp([...secret].map(patternOf).join(""), "g");
    return redacted.replace(pattern, MASK);
  };
}

/** Secrets, and how they are hidden in foreign text: as they are, and as URLs, Base64, HTML and JSON have them. */
export class Redactor {
  readonly #onRegister: (secret: string) => void;
  /** By secret, the longest first, so that a secret inside another one leaves no rest of it. */
  #masks: ReadonlyMap<string, (text: string) => string> = new Map();

  /** @param onRegister called once for each new secret, before anything else happens with it */
  constructor(onRegister: (secret: string) => void = () => undefined) {
    this.#onRegister = onRegister;
  }

  /** Adds secrets; with `ignoreCase`, their lower case, too. Values that are short or consist of numbers are none. */
  registerSecrets(secrets: readonly string[], { ignoreCase = false } = {}): void {
    const masks = new Map(this.#masks);
    for (const value of ignoreCase ? secrets.flatMap((secret) => [secret, secret.toLowerCase()]) : secrets) {
      if (masks.has(value) || value.length < MIN_LENGTH || ONLY_NUMBERS.test(value)) continue;
      this.#onRegister(value);
      masks.set(value, createMask(value));
    }
    this.#masks = new Map([...masks].sort(([a], [b]) => b.length - a.length));
  }

  redact(text: string): string {
    let redacted = text;
    for (const mask of this.#masks.values()) redacted = mask(redacted);
    return redacted;
  }

  /** `value` without secrets in any text but `ownWords`. Nothing is copied needlessly: a run has 100,000 CSRs. */
  redactValue<T>(value: T, ownWords: ReadonlySet<string> = new Set()): T {
    const changed = new Map<object, unknown>();
    const walk = (part: unknown, depth: number): unknown => {
      if (typeof part === "string") return ownWords.has(part) ? part : this.redact(part);
      if (typeof part !== "object" || part === null) return part;
      if (depth > MAX_DEPTH) return "…";
      const redacted = changed.get(part) ?? walkInto(part, (inner) => walk(inner, depth + 1));
      if (redacted !== part) changed.set(part, redacted);
      return redacted;
    };
    return walk(value, 0) as T;
  }
}

/** `value` with each part as `walk` returns it; the same object if all are as they were. Names of properties are code. */
function walkInto(value: object, walk: (part: unknown) => unknown): unknown {
  const isSame = (parts: Iterable<unknown>): boolean => {
    for (const part of parts) if (walk(part) !== part) return false;
    return true;
  };
  if (value instanceof Map) {
    if (isSame(value.keys()) && isSame(value.values())) return value;
    return new Map(Array.from(value, ([name, item]) => [walk(name), walk(item)]));
  }
  if (Array.isArray(value)) return isSame(value) ? value : value.map(walk);
  if (value instanceof Set) return isSame(value) ? value : new Set([...value].map(walk));
  if (isSame(Object.values(value))) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item)]));
}
