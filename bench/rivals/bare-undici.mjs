/** The same with undici; only its agent and `request` are loaded. */
import request from "undici/lib/api/api-request.js";
import Agent from "undici/lib/dispatcher/agent.js";

const options = {
  origin: `http://127.0.0.1:${process.env.BENCH_PORT}`,
  path: "/",
  method: "POST",
  body: '{"CSRIds":[1]}',
};
const { body } = await request.call(new Agent(), options);
await body.dump();
process.exit(0);
