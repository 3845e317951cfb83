import "server-only";
import { createHash, pbkdf2, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { verify as verifyArgon2 } from "@node-rs/argon2";
import { verify as verifyBcrypt } from "@node-rs/bcrypt";

/** A second or two of work, beyond which nobody may be made to wait: products that are in use ask for less than half of it. */
const HIGHEST_COST = 14;
const MOST_ROUNDS = 2_000_000;
const MOST_PASSES = 10;
const MOST_LANES = 16;
const MOST_MEMORY = 256 * 1024 * 1024;
/** Of scrypt, N × r × p. */
const MOST_SCRYPT_WORK = 4 * 1024 * 1024;
const MOST_LENGTH = 512;

export const HASH_FORMS = ["bcrypt", "pbkdf2_sha256", "argon2id", "scrypt"] as const;
/** `own`: as we keep those that are set here. */
export type HashForm = "own" | (typeof HASH_FORMS)[number];

/** `work`: comparable within one form. Answers whether a password is that of the hash; of our own, nothing is said here. */
export type DescribedHash = { form: HashForm; work: number; matches(password: string): Promise<boolean> };
type RefusedHash = { refused: string };

const OWN = /^[0-9a-f]{32}:[0-9a-f]{128}$/;
/** Modular crypt format, alone or in Django's words; `bcrypt_sha256`: of the password's SHA-256 in hex. */
const BCRYPT = /^(?:bcrypt(_sha256)?\$)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/;
const PBKDF2 = /^pbkdf2_sha256\$([1-9]\d{0,8})\$([^$\p{Cc}\p{Cs}]{1,128})\$([A-Za-z0-9+/]{43}=)$/u;
/** The PHC string, alone or behind Django's word. */
const ARGON2ID =
  /^(?:argon2)?(\$argon2id\$v=19\$m=([1-9]\d{0,8}),t=([1-9]\d{0,4}),p=([1-9]\d{0,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86})$/;
/** As Django writes it: N, salt, r, p, 64 bytes. */
const SCRYPT = /^scrypt\$([1-9]\d{0,8})\$([^$\p{Cc}\p{Cs}]{1,128})\$([1-9]\d{0,3})\$([1-9]\d{0,3})\$([A-Za-z0-9+/]{86}==)$/u;

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, string, number, object, Buffer>(scrypt);

/** What a stored hash of a password is: its form and cost, or why no password can be its. */
export function describeHash(text: string): DescribedHash | RefusedHash {
  return read(text) ?? { refused: "The form of its hash is not known." };
}

/** Whether it is a hash at all, at whatever cost. */
export function isKnownForm(text: string): boolean {
  return read(text) !== null;
}

function read(text: string): DescribedHash | RefusedHash | null {
  if (text.length > MOST_LENGTH) return null;
  return readOwn(text) ?? readBcrypt(text) ?? readPbkdf2(text) ?? readArgon2id(text) ?? readScrypt(text);
}

/** Whether a password is that of a hash which another product made. A hash of any other form or of an absurd cost has no password. */
export async function matchesForeign(hash: string, password: string): Promise<boolean> {
  const described = describeHash(hash);
  return "refused" in described ? false : described.matches(password);
}

function readOwn(text: string): DescribedHash | null {
  return OWN.test(text) ? { form: "own", work: 1, matches: async () => false } : null;
}

function readBcrypt(text: string): DescribedHash | RefusedHash | null {
  const [, isOfDigest, crypt, cost] = BCRYPT.exec(text) ?? [];
  if (!crypt) return null;
  if (Number(cost) > HIGHEST_COST) return { refused: `The cost of bcrypt is above ${HIGHEST_COST}.` };
  const digest = (password: string) => createHash("sha256").update(password).digest("hex");
  // It throws at a salt or a cost that is none.
  const matches = (password: string) => verifyBcrypt(isOfDigest ? digest(password) : password, crypt).catch(() => false);
  return { form: "bcrypt", work: 2 ** Number(cost), matches };
}

function readPbkdf2(text: string): DescribedHash | RefusedHash | null {
  const [, rounds, salt, key] = PBKDF2.exec(text) ?? [];
  if (!rounds || !salt || !key) return null;
  const work = Number(rounds);
  if (work > MOST_ROUNDS) return { refused: `PBKDF2 has more than ${MOST_ROUNDS} rounds.` };
  const matches = async (password: string) => isSame(await derivePbkdf2(password, salt, work, 32, "sha256"), key);
  return { form: "pbkdf2_sha256", work, matches };
}

function readArgon2id(text: string): DescribedHash | RefusedHash | null {
  const [, phc, kibibytes, passes, lanes] = ARGON2ID.exec(text) ?? [];
  if (!phc) return null;
  if (Number(kibibytes) * 1024 > MOST_MEMORY) return { refused: "Argon2id needs more than 256 MiB." };
  if (Number(passes) > MOST_PASSES) return { refused: `Argon2id makes more than ${MOST_PASSES} passes.` };
  if (Number(lanes) > MOST_LANES) return { refused: `Argon2id has more than ${MOST_LANES} lanes.` };
  const matches = (password: string) => verifyArgon2(phc, password).catch(() => false);
  return { form: "argon2id", work: Number(kibibytes) * Number(passes), matches };
}

function readScrypt(text: string): DescribedHash | RefusedHash | null {
  const [, n, salt, r, p, key] = SCRYPT.exec(text) ?? [];
  if (!n || !salt || !key) return null;
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  if (cost.N < 2 || !Number.isInteger(Math.log2(cost.N))) return { refused: "N of scrypt is not a power of two." };
  const work = cost.N * cost.r * cost.p;
  const memory = 128 * cost.r * (cost.N + cost.p + 2);
  if (work > MOST_SCRYPT_WORK || memory > MOST_MEMORY) return { refused: "The cost of scrypt is too high." };
  // Where it cannot be derived, such as of an r that is too large for its N, no password is right.
  const derive = (password: string) => deriveScrypt(password, salt, 64, { ...cost, maxmem: memory });
  const matches = (password: string) =>
    derive(password).then(
      (derived) => isSame(derived, key),
      () => false,
    );
  return { form: "scrypt", work, matches };
}

function isSame(derived: Buffer, key: string): boolean {
  return timingSafeEqual(derived, Buffer.from(key, "base64"));
}
