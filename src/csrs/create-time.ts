/** The age of a CSR. The API writes `YYYY-MM-DD HH:mm:ss` and does not say in which time zone. */

const FORM = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;

/** The time zone furthest behind: read in it, a time is the latest, and so the CSR the youngest, that it can be. */
const LATEST_ZONE_MS = 12 * 3_600_000;

/** `text` as if it were UTC, in UNIX milliseconds, to compare times with each other; `undefined` if it cannot be read. */
export function parseCreateTime(text: string | undefined): number | undefined {
  const [, ...parts] = FORM.exec(text?.trim() ?? "") ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  if (parts.length === 0) return undefined;
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes 31 February for 3 March, and the year 1 for 1901.
  const isReal =
    time.getUTCFullYear() === year &&
    time.getUTCMonth() === month - 1 &&
    time.getUTCDate() === day &&
    time.getUTCHours() === hour;
  return isReal && minute < 60 && second < 60 ? time.getTime() : undefined;
}

/** How old, in milliseconds, a CSR is at least, whatever the time zone; negative if that is not certain to be in the past. */
export function minimumAge(createTime: number, now: number): number {
  return now - (createTime + LATEST_ZONE_MS);
}
