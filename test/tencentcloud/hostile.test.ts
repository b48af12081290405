/** Responses that no API would send: deep, huge, of other types, and full of secrets. None throws, and none gives a secret away. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Redactor } from "../../src/shared/redactor.ts";
import { batchDeleteCsr, describeCsrSet } from "../../src/tencentcloud/ssl.ts";
import { assumeRoleWithWebIdentity, STS_CLIENT } from "../../src/tencentcloud/sts.ts";
import { clientFor, never } from "../support/client-for.ts";
import { fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const SECRET = "example-secret/1";
/** What STS issues is not known as a secret before it was read. */
const ISSUED = "issued-by/sts=";
const permit = { started() {}, release() {} };

interface Texts {
  readonly ssl: string;
  readonly sts: string;
}

/** What the calls make of a response, without the texts that are foreign by their type: records of CSRs, issued credentials. */
async function readAll(status: number, body: string): Promise<Texts> {
  const clock = virtualClock();
  const redactor = new Redactor();
  redactor.registerSecrets([SECRET]);
  const api = fakeApi({ clock, inventory: [], fault: () => ({ kind: "http", status, body, effect: false }) });
  const { client, observed } = clientFor(api, clock, { redactor });
  const sts = clientFor(api, clock, { redactor, ...STS_CLIENT });
  const parameters = {
    ProviderId: "github",
    WebIdentityToken: "a.b.c",
    RoleArn: "qcs::cam::uin/1:roleName/csr",
    RoleSessionName: "run-42",
    DurationSeconds: 1800,
  };
  const deletion = await clock.until(batchDeleteCsr(client, [11, 22], permit, never));
  const page = await clock.until(describeCsrSet(client, 0, never));
  const login = await clock.until(assumeRoleWithWebIdentity(sts.client, parameters, never));
  return {
    ssl: JSON.stringify([deletion, page.ok ? page.value.records.map(({ id }) => id) : page, observed.attempts]),
    sts: JSON.stringify([login.ok || login, sts.observed.attempts]),
  };
}

/** Responses in which `value` stands at one place; as text, since deep values cannot be written otherwise. */
const PLACES: Readonly<Record<string, (value: string) => string>> = {
  "the whole": (value) => value,
  Response: (value) => `{"Response":${value}}`,
  "an unknown member": (value) => `{"Response":{"Success":[11],"Other":${value},"RequestId":"r"},"x":${value}}`,
  Error: (value) => `{"Response":{"Error":${value},"RequestId":"r"}}`,
  Code: (value) => `{"Response":{"Error":{"Code":${value},"Message":"m"}}}`,
  Message: (value) => `{"Response":{"Error":{"Code":"InternalError","Message":${value}}}}`,
  "RequestId of an error": (value) => `{"Response":{"Error":{"Code":"InvalidParameter"},"RequestId":${value}}}`,
  RequestId: (value) => `{"Response":{"Success":[11],"RequestId":${value}}}`,
  Success: (value) => `{"Response":{"Success":${value}}}`,
  "one of Success": (value) => `{"Response":{"Success":[11,${value},{"${SECRET}":1}]}}`,
  Total: (value) => `{"Response":{"Total":${value},"Set":[]}}`,
  Set: (value) => `{"Response":{"Total":1,"Set":${value}}}`,
  "one of Set": (value) => `{"Response":{"Total":2,"Set":[{"Id":11},${value}]}}`,
  "a member of Set": (value) =>
    `{"Response":{"Total":1,"Set":[{"Id":11,"OwnerUin":${value},"Domain":${value},"CreateTime":${value},"Remarks":${value}}]}}`,
  Id: (value) => `{"Response":{"Total":1,"Set":[{"Id":${value}}]}}`,
  Credentials: (value) => `{"Response":{"Credentials":${value},"RequestId":"r"}}`,
  Token: (value) =>
    `{"Response":{"Credentials":{"TmpSecretId":"${ISSUED}","TmpSecretKey":"${ISSUED}","Token":${value}}}}`,
  codeDesc: (value) => `{"codeDesc":${value},"message":${value}}`,
  "broken JSON": (value) => `{"Response":${value}`,
  "a page": (value) => `<html><pre>${value}</pre></html>`,
};

const DEEP = 10_000;
const MIB = 1024 * 1024;
const EXTREMES: Readonly<Record<string, string>> = {
  "a deep array": "[".repeat(DEEP) + "]".repeat(DEEP),
  "a deep object": `${`{"${SECRET}":`.repeat(DEEP)}1${"}".repeat(DEEP)}`,
  "a deep array in text": JSON.stringify("[".repeat(DEEP) + "]".repeat(DEEP)),
  "a text of 1 MiB": `"${"x".repeat(MIB)}"`,
  "a code with a million dots": `"${".".repeat(MIB)}"`,
  "a known code with much after it": `"InternalError${".x".repeat(MIB / 2)}"`,
  "secrets again and again": `"${`${SECRET} ${ISSUED} `.repeat(20_000)}"`,
  "a hundred thousand numbers": `[${Array.from({ length: 100_000 }, (_, index) => index).join(",")}]`,
  "thirty thousand secrets": `[${Array.from({ length: 30_000 }, (_, index) => `"${index}${SECRET}"`).join(",")}]`,
  "a huge number": "1e400",
  "a prototype": '{"__proto__":{"Success":[11],"Code":"x"},"constructor":null,"toString":1}',
};

function expectNoSecret({ ssl, sts }: Texts): void {
  for (const part of [SECRET, "example-secret"]) expect(ssl + sts).not.toContain(part);
  for (const part of [ISSUED, "issued-by"]) expect(sts).not.toContain(part);
}

describe.each(Object.entries(EXTREMES))("%s", (_name, value) => {
  test.each(Object.entries(PLACES))("as %s", async (_place, respond) => {
    const texts = await readAll(200, respond(value));
    expectNoSecret(texts);
    expect(texts.ssl.length + texts.sts.length).toBeLessThan(100_000);
  });
});

test.each([
  ["deep", "a deep array"],
  ["of secrets", "secrets again and again"],
] as const)("an error page of any status, %s", async (_what, name) => {
  for (const status of [203, 302, 403, 429, 502])
    for (const place of ["Response", "a page", "Success"])
      expectNoSecret(await readAll(status, PLACES[place]?.(EXTREMES[name] ?? "") ?? ""));
});

test("any JSON, at any place, with any status, is read without an exception, and no secret is in what comes of it", async () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(SECRET, ISSUED, `${SECRET}${SECRET}`, `x${ISSUED}`, "Success", "11", "22"),
  );
  const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(text, tie("value"), { maxKeys: 4 }),
    ),
  }));
  const place = fc.constantFrom(...Object.values(PLACES));
  await fc.assert(
    fc.asyncProperty(value, place, fc.constantFrom(200, 200, 200, 302, 404, 503), async (json, respond, status) => {
      expectNoSecret(await readAll(status, respond(JSON.stringify(json))));
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 500) },
  );
});
