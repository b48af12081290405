const MOST_IDS = 1_000_000;

function range(text: string): number[] {
  const [, first = "", last = first] = /^([1-9][0-9]*)(?:-([1-9][0-9]*))?$/.exec(text.trim()) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (!first || !Number.isSafeInteger(Number(last)) || count < 1) {
    throw new Error(`"${text}" is not an ID or a range of IDs`);
  }
  if (count > MOST_IDS) throw new Error(`"${text}" is more than ${MOST_IDS} IDs`);
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

/** The IDs of a list such as `11-310,999`. An empty text is an empty list. */
export function parseIds(text: string): number[] {
  return text.trim() === "" ? [] : text.split(",").flatMap(range);
}
