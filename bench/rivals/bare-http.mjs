/** The least that any client does: one POST with node:http, not signed, its response ignored. */
import { request } from "node:http";

const call = request({ host: "127.0.0.1", port: process.env.BENCH_PORT, method: "POST", path: "/" }, (response) => {
  response.resume().on("end", () => process.exit(0));
});
call.end('{"CSRIds":[1]}');
