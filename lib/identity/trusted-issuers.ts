import "server-only";
import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { z } from "zod";
import { env } from "@/lib/settings/env";
import { type IssuerSetting, isSafelyReached } from "@/lib/settings/issuers";
import { DAY_MS } from "@/lib/values/days";
import { emailInOneForm } from "@/lib/values/email";
import { type KeySet, openKeySet } from "./key-set";

/** Signature algorithms with a public key. No shared-secret algorithm: a published key must never verify an HMAC. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];

/** How far an issuer's clock may be from ours. */
const TOLERANCE_SECONDS = 60;
const LONGEST_LIFE_SECONDS = DAY_MS / 1000;

type TrustedIssuer = IssuerSetting & { keys: KeySet };

const claims = z.object({
  email: z.string().transform(emailInOneForm).pipe(z.email()),
  // Some issuers write it as text.
  email_verified: z.union([z.literal(true), z.literal("true")]),
  token_type: z.literal("access").optional(),
  exp: z.number(),
});

let issuers: TrustedIssuer[] | undefined;

/** Whose a token says that it is, where that is an issuer of JWT_TRUSTED_ISSUERS. */
export function findIssuer(token: string): TrustedIssuer | undefined {
  issuers ??= env()
    .JWT_TRUSTED_ISSUERS.filter(isSafelyReached)
    .map((setting) => ({ ...setting, keys: openKeySet(setting.keySet) }));
  if (issuers.length === 0) return undefined;
  const { iss } = decodeJwt(token);
  return issuers.find(({ names }) => iss !== undefined && names.includes(iss));
}

/**
 * The verified e-mail address of whom a token speaks for. It ends with the day after it was issued, whatever it says itself.
 * @throws JOSEError, ZodError when it is not valid; AppError TEMPORARILY_UNAVAILABLE when that cannot be told now
 */
export async function verifyForeign(token: string, issuer: TrustedIssuer, options: JWTVerifyOptions): Promise<string> {
  // What no key could mend is refused before its issuer is asked for keys.
  readClaims(decodeJwt(token), issuer);
  const bounds = { clockTolerance: TOLERANCE_SECONDS, maxTokenAge: LONGEST_LIFE_SECONDS };
  const all = { ...options, ...bounds, issuer: issuer.names, algorithms: ALGORITHMS };
  const { payload } = await issuer.keys.verify((keys) =>
    typeof keys === "function" ? jwtVerify(token, keys, all) : jwtVerify(token, keys, all),
  );
  return readClaims(payload, issuer).email;
}

function readClaims(payload: JWTPayload, { domains }: TrustedIssuer) {
  const read = claims.parse(payload);
  if (read.exp < Date.now() / 1000 - TOLERANCE_SECONDS) throw new errors.JWTExpired("It has expired.", payload, "exp");
  const domain = read.email.slice(read.email.lastIndexOf("@") + 1);
  if (domains.length > 0 && !domains.includes(domain)) throw new errors.JWTClaimValidationFailed("email", payload, "email");
  return read;
}
