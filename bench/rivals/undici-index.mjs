/** One POST with undici, as its documentation shows: not signed, its response not looked at. */
import { request } from "undici";

const { body } = await request(`http://127.0.0.1:${process.env.BENCH_PORT}/`, {
  method: "POST",
  body: '{"CSRIds":[1]}',
});
await body.dump();
process.exit(0);
