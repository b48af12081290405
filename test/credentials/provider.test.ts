import { expect, test } from "vitest";
import { createCredentials } from "../../src/credentials/provider.ts";
import { createHttpClient } from "../../src/http/client.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { never } from "../support/client-for.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const server = { origin: "http://127.0.0.1:9", host: "127.0.0.1:9" };
const options = {
  endpoint: { ...server, loopback: true, sts: server },
  env: {},
  http: createHttpClient({}),
  auditTag: "test",
  clock: virtualClock(),
  random: () => 0.5,
  redactor: new Redactor(),
  observer: { onAttempt: () => undefined, onRetry: () => undefined, onClockCorrected: () => undefined },
  hardAbort: never,
  onIdentity: () => undefined,
};

test("a key is used as it is, and there is no other", async () => {
  const key = { secretId: "AKIDEXAMPLE", secretKey: "example-secret-key", token: "example-token" };
  const credentials = createCredentials({ kind: "key", credentials: key, from: "inputs" }, options);
  expect(await credentials?.current(never)).toEqual({ ok: true, value: key });
  expect(await credentials?.current(never, key)).toEqual({ ok: true, value: key });
});

test("without a login there are no credentials", () => {
  expect(createCredentials({ kind: "none" }, options)).toBeUndefined();
});

test("a keyless login asks GitHub first", async () => {
  const login = { kind: "keyless", roleArn: "qcs::cam::uin/1:roleName/r", provider: "p", audience: "a" } as const;
  const credentials = createCredentials(login, options);
  const result = credentials && options.clock.until(credentials.current(never));
  expect(await result).toMatchObject({ ok: false, failure: { code: "Oidc.NotPermitted" } });
});
