export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1);

/** A Markdown table; the first row is its head. */
export function table(rows: ReadonlyArray<readonly (string | number)[]>): string {
  const [head = [], ...body] = rows.map((row) => `| ${row.join(" | ")} |`);
  const rule = `|${(rows[0] ?? []).map((_, column) => (column === 0 ? "---" : "--:")).join("|")}|`;
  return [head, rule, ...body].join("\n");
}
