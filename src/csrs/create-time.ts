/** The age of a CSR. The API writes `YYYY-MM-DD HH:mm:ss` and does not say in which time zone. */

const FORM = /^[1-9]\d{3}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$/;

/** UTC-12, the time zone furthest behind: read in it, a CSR is as young as it can be. */
const LATEST_ZONE_MS = 12 * 3_600_000;

/**
 * How old, in milliseconds, a CSR is at least, whatever the time zone of `createTime`. Negative if that may lie in the
 * future, `undefined` if it cannot be read.
 */
export function minimumAge(createTime: string | undefined, now: number): number | undefined {
  const text = createTime?.trim() ?? "";
  const iso = `${text.replace(" ", "T")}.000Z`;
  const time = FORM.test(text) ? Date.parse(iso) : Number.NaN;
  // Date.parse may take 31 February for 3 March.
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) return undefined;
  return now - (time + LATEST_ZONE_MS);
}
