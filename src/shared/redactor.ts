const MASK = "***";
/** Shorter values are no secrets, and replacing them would garble every line. */
const MIN_LENGTH = 3;
/** Shorter pieces of Base64 occur in ordinary text. */
const MIN_BASE64_LENGTH = 8;
/** IDs, and lists of them: masked, they would be missing from the results. */
const ONLY_NUMBERS = /^[\d\s,[\]"]*$/;
const MAX_DEPTH = 20;

const ENTITIES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };
/** As URLs and JSON write them; regular expressions. */
const BLANKS: Readonly<Record<string, string>> = { " ": "\\+", "\n": "\\\\n", "\r": "\\\\r", "\t": "\\\\t" };

/** A pattern of `character` as it is, URL-encoded, as an entity of HTML, or as JSON escapes it. */
function patternOf(character: string) {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
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

/** What Base64 makes of `secret` at each of the three places where it may begin, without what its neighbours change. */
function base64Forms(secret: string) {
  const bytes = Buffer.from(secret);
  const forms = [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const form = whole.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + bytes.length) * 4) / 3));
    return [form, form.replaceAll("+", "-").replaceAll("/", "_")];
  });
  return [...new Set(forms)].filter(({ length }) => length >= MIN_BASE64_LENGTH);
}

function createMask(secret: string) {
  const base64 = base64Forms(secret);
  // Part of every form but Base64: a text without it needs no slow pattern.
  const [landmark = ""] = (secret.match(/[A-Za-z0-9]+/g) ?? []).sort((a, b) => b.length - a.length);
  let pattern: RegExp | undefined;
  return (text: string) => {
    const redacted = base64.reduce((rest, form) => rest.replaceAll(form, MASK), text);
    if (!redacted.includes(landmark)) return redacted;
    pattern ??= new RegExp([...secret].map(patternOf).join(""), "g");
    return redacted.replace(pattern, MASK);
  };
}

/** Secrets, and how they are hidden in foreign text: as they are, and as URLs, Base64, HTML and JSON have them. */
export class Redactor {
  readonly #onRegister: (secret: string) => void;
  /** By secret, the longest first: one inside another leaves no rest of that. */
  #masks = new Map<string, (text: string) => string>();

  /** @param onRegister called once for each secret, before all else */
  constructor(onRegister: (secret: string) => void = () => undefined) {
    this.#onRegister = onRegister;
  }

  /** Adds secrets; with `ignoreCase`, their lower case, too. Values that are short or consist of numbers are none. */
  registerSecrets(secrets: readonly string[], { ignoreCase = false } = {}): void {
    for (const value of ignoreCase ? secrets.flatMap((secret) => [secret, secret.toLowerCase()]) : secrets) {
      if (this.#masks.has(value) || value.length < MIN_LENGTH || ONLY_NUMBERS.test(value)) continue;
      this.#onRegister(value);
      this.#masks.set(value, createMask(value));
    }
    this.#masks = new Map([...this.#masks].sort(([a], [b]) => b.length - a.length));
  }

  redact(text: string): string {
    let redacted = text;
    for (const mask of this.#masks.values()) redacted = mask(redacted);
    return redacted;
  }

  /** `value` without secrets in any text but `ownWords`. Nothing is copied needlessly: a run has 100,000 CSRs. */
  redactValue<T>(value: T, ownWords: ReadonlySet<string> = new Set()): T {
    const walk = (part: unknown, depth: number): unknown => {
      if (typeof part === "string") return ownWords.has(part) ? part : this.redact(part);
      if (typeof part !== "object" || part === null) return part;
      return depth > MAX_DEPTH ? "…" : walkInto(part, (inner) => walk(inner, depth + 1));
    };
    return walk(value, 0) as T;
  }
}

/** `value` with its parts as `walk` returns them; itself if none has changed. Names of properties are code. */
function walkInto(value: object, walk: (part: unknown) => unknown): unknown {
  if (value instanceof Map) {
    // Not as pairs, which take much memory.
    const parts = [[...value.keys()], [...value.values()]];
    const walked = walkInto(parts, walk) as typeof parts;
    if (walked === parts) return value;
    const [names = [], items = []] = walked;
    return new Map(names.map((name, index) => [name, items[index]]));
  }
  if (value instanceof Set) {
    const parts = [...value];
    const walked = walkInto(parts, walk);
    return walked === parts ? value : new Set(walked as unknown[]);
  }
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let changed: unknown[] | undefined;
  parts.forEach((part, index) => {
    const walked = walk(part);
    if (walked === part) return;
    changed ??= [...parts];
    changed[index] = walked;
  });
  if (!changed) return value;
  if (Array.isArray(value)) return changed;
  return Object.fromEntries(Object.keys(value).map((name, index) => [name, changed?.[index]]));
}
