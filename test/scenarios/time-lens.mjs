/**
 * Loaded before the built action (`node --import`): its clock runs TIME_LENS times as fast, so that a wait of 30 seconds takes
 * one. The action itself is the same.
 */
const speed = Number(process.env.TIME_LENS);
const { setTimeout: realTimeout, Date: RealDate } = globalThis;
const nanoseconds = process.hrtime.bigint;
const elapsed = () => Number(nanoseconds()) / 1e6;
const start = { date: RealDate.now(), elapsed: elapsed() };

globalThis.setTimeout = Object.assign(
  (callback, ms = 0, ...rest) => realTimeout(callback, ms / speed, ...rest),
  realTimeout,
);
process.hrtime.bigint = () => BigInt(Math.round((start.elapsed + (elapsed() - start.elapsed) * speed) * 1e6));
const now = () => start.date + (elapsed() - start.elapsed) * speed;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now()] : parts));
  }
  static now() {
    return Math.round(now());
  }
};
