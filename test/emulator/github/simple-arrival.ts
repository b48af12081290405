import type { Body } from "../http/body.ts";
import type { HttpResponse } from "../http/delivery.ts";
import type { Arrival, Open, Reply, ServiceFault } from "../http/service.ts";
import type { HttpRecord } from "../types.ts";

/** A request to a service that needs no more than its record and its body. */
export class SimpleArrival implements Arrival<HttpRecord> {
  readonly record: Open<HttpRecord>;
  readonly csrIds: readonly number[] = [];
  readonly #process: (record: HttpRecord, body: Body) => Reply | Promise<Reply>;

  constructor(record: HttpRecord, process: (record: HttpRecord, body: Body) => Reply | Promise<Reply>) {
    this.record = { ...record };
    this.#process = process;
  }

  read(): void {}

  process(body: Body): Reply | Promise<Reply> {
    return this.#process(this.record, body);
  }

  alter(fault: ServiceFault): HttpResponse {
    throw new TypeError(`The fault "${fault.kind}" is one of Tencent Cloud only.`);
  }

  settle(): void {}

  respond(): void {}
}
