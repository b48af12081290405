/** A log as the runner shows it: workflow commands become groups and annotations, masks hide values. */

const COMMAND = /^::([a-z-]+)(?: ([^:]*))?::(.*)$/;
const HIDDEN = new Set(["add-mask", "debug"]);

export interface LogLine {
  readonly kind: "text" | "group" | "error" | "warning" | "notice";
  readonly text: string;
  /** Inside of a group, which the page of the run shows folded. */
  readonly grouped: boolean;
}

const decoded = (text: string): string =>
  text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");

/** The value of `title=…` among the properties of a command. */
function titleOf(properties: string): string {
  const title = properties.split(",").find((property) => property.startsWith("title="));
  return title === undefined ? "" : `${decoded(title.slice("title=".length))}: `;
}

function annotation(command: string): LogLine["kind"] | undefined {
  return command === "error" || command === "warning" || command === "notice" ? command : undefined;
}

/** The lines as they stand on the page of the run. */
export function renderLog(stdout: string): readonly LogLine[] {
  const rendered: LogLine[] = [];
  const masks: string[] = [];
  let grouped = false;
  for (const line of stdout.replace(/\n$/, "").split(/\r?\n/)) {
    const [, command = "", properties = "", value = ""] = COMMAND.exec(line) ?? [];
    const kind = annotation(command);
    if (command === "add-mask") masks.push(decoded(value));
    else if (command === "group") rendered.push({ kind: "group", text: value, grouped: false });
    else if (kind) rendered.push({ kind, text: `${titleOf(properties)}${decoded(value)}`, grouped });
    else if (command === "" && line !== "") rendered.push({ kind: "text", text: line, grouped });
    else if (command !== "endgroup" && !HIDDEN.has(command) && line !== "")
      rendered.push({ kind: "text", text: line, grouped });
    if (command === "group") grouped = true;
    if (command === "endgroup") grouped = false;
  }
  const mask = (text: string): string => masks.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
  return rendered.map((one) => ({ ...one, text: mask(one.text) }));
}
