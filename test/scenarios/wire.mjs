/**
 * Loaded before the built action (`node --import`): notes when each request goes onto the wire, in the process that sends it, where
 * nothing that keeps this machine busy can move two of them together. The file WIRE_LOG then holds the times, a JSON array of ms.
 */
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";

const { write } = Socket.prototype;
const now = performance.now.bind(performance);
const sent = [];

Socket.prototype.write = function (chunk, ...rest) {
  if (typeof chunk === "string" && /^(GET|POST) \//.test(chunk)) sent.push(now());
  return write.call(this, chunk, ...rest);
};
process.on("exit", () => writeFileSync(process.env.WIRE_LOG, JSON.stringify(sent)));
