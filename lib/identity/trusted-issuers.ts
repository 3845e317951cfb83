import "server-only";
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";

/** Signature algorithms with a public key. No shared-secret algorithm: a published key must never verify an HMAC. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];

type TrustedIssuer = {
  names: string[];
  accepts(issuer: string | undefined): boolean;
  keys: JWTVerifyGetKey;
  algorithms: string[];
};

let issuers: TrustedIssuer[] | undefined;

/** The issuers of JWT_TRUSTED_ISSUERS; their keys are fetched when first needed, and again when one is unknown. */
export function trustedIssuers(): TrustedIssuer[] {
  issuers ??= env().JWT_TRUSTED_ISSUERS.map((entry) => {
    const names = issuerNames(entry);
    const address = entry.slice(entry.indexOf("|") + 1);
    return {
      names,
      accepts: (issuer) => issuer !== undefined && names.includes(issuer),
      keys: fetchKeys(address),
      algorithms: ALGORITHMS,
    };
  });
  return issuers;
}

/** A key set that cannot be fetched is no fault of the token: its owner is not to be signed out for it. */
function fetchKeys(address: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(address));
  return async (header, token) =>
    keys(header, token).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new AppError("ISSUER_UNAVAILABLE", { details: "The keys of a trusted issuer could not be fetched.", cause: error });
    });
}

/**
 * The `iss` values an entry stands for. `ISSUER|JWKS_ADDRESS` names it; from an address alone it is what comes before
 * `/.well-known/`, or else the address's origin, with and without a trailing slash.
 */
function issuerNames(entry: string): string[] {
  const bar = entry.indexOf("|");
  if (bar !== -1) return [entry.slice(0, bar)];
  const wellKnown = entry.indexOf("/.well-known/");
  const name = wellKnown === -1 ? new URL(entry).origin : entry.slice(0, wellKnown);
  return [name, `${name}/`];
}
