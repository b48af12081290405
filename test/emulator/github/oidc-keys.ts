import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import type { Jwk } from "../types.ts";

/** A key that signs tokens, and its public half. */
export interface SigningKey {
  privateKey: CryptoKey;
  jwk: Jwk & { kid: string };
}

let generated = 0;

/** A new RSA key. */
export async function generateSigningKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  generated += 1;
  const { kty = "RSA", ...fields } = await exportJWK(publicKey);
  return { privateKey, jwk: { kty, ...fields, kid: `emulator-key-${generated}`, alg: "RS256", use: "sig" } };
}

let first: Promise<SigningKey> | undefined;

/** The key that all emulators of a process begin with, because a new one takes time. */
export function firstSigningKey(): Promise<SigningKey> {
  first ??= generateSigningKey();
  return first;
}

/** A signed token. */
export function signToken({ privateKey, jwk }: SigningKey, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ typ: "JWT", alg: "RS256", kid: jwk.kid }).sign(privateKey);
}
