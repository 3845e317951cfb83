import "server-only";
import { createLocalJWKSet, errors, type JWTVerifyGetKey, type JWTVerifyResult } from "jose";
import { AppError, unavailable } from "@/lib/values/errors";

/** A set that is older is asked for again before it is used: a key that was withdrawn is not believed for longer. */
const KEPT_MS = 10 * 60 * 1000;
const MAX_BYTES = 256 * 1024;
const PATIENCE_MS = 5_000;
/** Whatever tokens are sent, the issuer is not asked more often. */
const MOST_PER_MINUTE = 10;

/** One try to verify a token: with a set, which chooses by `kid`, or with one key. */
type Check = (keys: JWTVerifyGetKey | CryptoKey) => Promise<JWTVerifyResult>;
export type KeySet = { verify(check: Check): Promise<JWTVerifyResult> };

/** `number`: which of the requests for it this is the answer to. */
type Answer = { number: number; at: number; keys: ReturnType<typeof createLocalJWKSet> };

/**
 * The keys of an issuer, published at an address (RFC 7517 section 5), fetched when first needed. A token that does not fit
 * them is refused only when they were asked for after it came: its key may be newer, under its own name or a known one.
 * `verify` @throws AppError TEMPORARILY_UNAVAILABLE when they cannot be asked for now
 */
export function openKeySet(address: string, patienceMs = PATIENCE_MS): KeySet {
  let begun = 0;
  let instants: number[] = [];
  let answer: Answer | undefined;
  let pending: Promise<void> | undefined;

  async function load(): Promise<void> {
    const minuteAgo = Date.now() - 60_000;
    instants = instants.filter((at) => at > minuteAgo);
    const [oldest] = instants;
    if (instants.length >= MOST_PER_MINUTE && oldest) throw cannotAsk(Math.ceil((oldest - minuteAgo) / 1000));
    instants.push(Date.now());
    begun += 1;
    const number = begun;
    try {
      answer = { number, at: Date.now(), keys: createLocalJWKSet(await fetchJson(address, patienceMs)) };
    } catch (error) {
      throw cannotAsk(5, error);
    }
  }

  /** One request for all who need it. Whoever joins may get an answer from before they came. */
  function ask(): Promise<void> {
    pending ??= load().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  return {
    verify: async (check) => {
      const before = begun;
      for (;;) {
        if (!answer || Date.now() - answer.at > KEPT_MS) await ask();
        if (!answer) throw cannotAsk(5);
        const { number, keys } = answer;
        try {
          return await checkWith(keys, check);
        } catch (error) {
          if (!isOfKeys(error) || number > before) throw error;
          await ask();
        }
      }
    },
  };
}

async function checkWith(keys: Answer["keys"], check: Check): Promise<JWTVerifyResult> {
  try {
    return await check(async (header, token) => keys(header, token).catch((error: unknown) => refuseKey(error)));
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const verified = await check(key).catch((refusal: unknown) => {
        if (!(refusal instanceof errors.JWSSignatureVerificationFailed)) throw refusal;
      });
      if (verified) return verified;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** A published key that is none is a fault of the issuer's, and not of the token. */
function refuseKey(error: unknown): never {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
  throw cannotAsk(5, error);
}

/** What other keys could change. */
function isOfKeys(error: unknown): boolean {
  return [errors.JWKSNoMatchingKey, errors.JWSSignatureVerificationFailed, AppError].some((kind) => error instanceof kind);
}

function cannotAsk(retryAfter: number, cause?: unknown): AppError {
  return unavailable(retryAfter, { details: "The keys of a trusted issuer could not be asked for.", cause });
}

async function fetchJson(address: string, patienceMs: number) {
  const response = await fetch(address, {
    headers: { Accept: "application/json, application/jwk-set+json" },
    redirect: "manual",
    signal: AbortSignal.timeout(patienceMs),
  });
  if (response.status !== 200 || !response.body) throw new Error("The key set was not answered with 200.");
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.byteLength;
    if (size > MAX_BYTES) throw new Error("The key set is too large.");
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}
