import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key and its certificate, in PEM. */
export interface SelfSigned {
  key: string;
  cert: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTC_TIME = 0x17;
const DAY_MS = 86_400_000;

const COMMON_NAME = "550403";
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";

function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const { length } = content;
  const prefix = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...prefix]), content]);
}

function hex(tag: number, digits: string): Buffer {
  return der(tag, Buffer.from(digits, "hex"));
}

function name(commonName: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, hex(OBJECT_ID, COMMON_NAME), der(0x0c, commonName))));
}

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(UTC_TIME, `${digits}Z`);
}

function extensions(hosts: readonly string[]): Buffer {
  const loopback6 = hex(0x87, "00000000000000000000000000000001");
  const others = hosts.map((host) => der(0x82, host));
  const names = der(SEQUENCE, der(0x82, "localhost"), hex(0x87, "7f000001"), loopback6, ...others);
  const authority = der(SEQUENCE, hex(0x01, "ff"));
  return der(
    0xa3,
    der(
      SEQUENCE,
      der(SEQUENCE, hex(OBJECT_ID, SUBJECT_ALT_NAME), der(OCTET_STRING, names)),
      der(SEQUENCE, hex(OBJECT_ID, BASIC_CONSTRAINTS), hex(0x01, "ff"), der(OCTET_STRING, authority)),
    ),
  );
}

function certificate(publicKey: KeyObject, privateKey: KeyObject, hosts: readonly string[]): Buffer {
  const algorithm = der(SEQUENCE, hex(OBJECT_ID, ECDSA_WITH_SHA256));
  const version3 = der(0xa0, hex(0x02, "02"));
  const validity = der(SEQUENCE, time(Date.now() - DAY_MS), time(Date.now() + DAY_MS));
  const issuer = name("emulator");
  const key = publicKey.export({ type: "spki", format: "der" });
  const body = der(SEQUENCE, version3, hex(0x02, "01"), algorithm, issuer, validity, issuer, key, extensions(hosts));
  return der(SEQUENCE, body, algorithm, der(BIT_STRING, Buffer.from([0]), sign("sha256", body, privateKey)));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** A new key for loopback and `hosts`, valid for a day; a client that trusts `cert` accepts it. */
export function selfSigned(hosts: readonly string[] = []): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { key, cert: pem("CERTIFICATE", certificate(publicKey, privateKey, hosts)) };
}
