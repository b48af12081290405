/**
 * Loaded before the built action (`node --import`): connections to the hosts that HOSTS names, a JSON object of `host:port` and ports
 * on loopback, go there instead. Names, certificates and requests stay what they are.
 */
import { Socket } from "node:net";

const ports = JSON.parse(process.env.HOSTS ?? "{}");
const { connect } = Socket.prototype;

Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const port = ports[`${options?.host}:${options?.port}`];
  if (port !== undefined) Object.assign(options, { host: "127.0.0.1", port });
  return connect.apply(this, args);
};
