import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import type { OidcProvider } from "../types.ts";
import { ApiError } from "./api-error.ts";

/** The identity in a token. */
export interface Identity {
  issuer: string;
  audience: readonly string[];
  subject: string;
}

// The message is the documented one for every cause; the record has the reason.
function tokenError(reason: string): ApiError {
  return new ApiError("InvalidParameter.WebIdentityTokenError", "WebIdentityToken parameter error.", reason);
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return "exp: expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `${error.claim}: ${error.reason}`;
  return error.code;
}

function identityOf({ iss = "", aud = [], sub }: JWTPayload): Identity {
  if (sub === undefined) throw tokenError("sub: missing");
  return { issuer: iss, audience: [aud].flat(), subject: sub };
}

/** The identity that a token proves to a provider. `now` is in milliseconds. */
export async function verifyToken(token: string, provider: OidcProvider, now: number): Promise<Identity> {
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(provider.jwks), {
      algorithms: ["RS256"],
      issuer: provider.issuer,
      audience: [...provider.clientIds],
      requiredClaims: ["exp"],
      currentDate: new Date(now),
    });
    return identityOf(payload);
  } catch (error) {
    throw error instanceof errors.JOSEError ? tokenError(reasonOf(error)) : error;
  }
}
