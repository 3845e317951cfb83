import { createHash } from "node:crypto";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { describe, expect, test } from "vitest";
import { describeHash, matchesForeign } from "./foreign-hashes";

const DJANGO = "pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=";
const SCRYPT =
  "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==";
const ARGON2ID = "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHRzb21lc2FsdA$JXXOn4e+JiDG8U9LYhOIM4HmaMIUjMoSFuEq28EpMNs";
const OWN = `${"0a".repeat(16)}:${"1b".repeat(64)}`;
const BCRYPT = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

describe("A hash that another product made", () => {
  test.each<[string, string, string]>([
    ["Django’s PBKDF2", DJANGO, "lètmein"],
    ["bcrypt", BCRYPT, "U*U"],
    ["bcrypt as PHP names it", BCRYPT.replace("$2a$", "$2y$"), "U*U"],
    ["bcrypt as OpenBSD names it", BCRYPT.replace("$2a$", "$2b$"), "U*U"],
    ["bcrypt in Django’s words", `bcrypt$${BCRYPT}`, "U*U"],
    ["Argon2id", ARGON2ID, "lètmein"],
    ["Argon2id in Django’s words", `argon2${ARGON2ID}`, "lètmein"],
    ["Django’s scrypt", SCRYPT, "lètmein"],
  ])("is matched by its password alone: %s", async (_, hash, password) => {
    expect(await matchesForeign(hash, password)).toBe(true);
    for (const wrong of ["", `${password} `, password.toUpperCase().repeat(2), "\ud800", "a\u0000b", "p".repeat(1024)])
      expect([wrong, await matchesForeign(hash, wrong)]).toStrictEqual([wrong, false]);
  });

  test("is matched where Django put SHA-256 in front of bcrypt", async () => {
    const password = "a sentence that is longer than the seventy-two bytes which bcrypt reads of a password";
    const inner = await bcrypt(createHash("sha256").update(password).digest("hex"), 4);
    expect(await matchesForeign(`bcrypt_sha256$${inner}`, password)).toBe(true);
    expect(await matchesForeign(`bcrypt_sha256$${inner}`, `${password}!`)).toBe(false);
  });

  test.each<[string, string]>([
    ["nothing", ""],
    ["a word", "!"],
    ["a NUL byte", "\u0000"],
    ["Django’s for nobody", "!Xk3mZt0P7yQ5"],
    ["our own, which is no other product’s", OWN],
    ["another algorithm", ARGON2ID.replace("argon2id", "argon2i")],
    ["MD5", "5f4dcc3b5aa765d61d8327deb882cf99"],
    ["iterations without end", DJANGO.replace("10000", "9999999")],
    ["no iteration", DJANGO.replace("10000", "0")],
    ["no number of them", DJANGO.replace("10000", "1e4")],
    ["a digest cut short", DJANGO.slice(0, -2)],
    ["more behind it", `${DJANGO}$x`],
    ["a cost without end", BCRYPT.replace("$05$", "$31$")],
    ["bcrypt cut short", BCRYPT.slice(0, -1)],
    ["bcrypt of a broken version", BCRYPT.replace("$2a$", "$2x$")],
    ["bcrypt of a salt that is none", `$2b$05$${"Z".repeat(53)}`],
    ["bcrypt of a cost that is none", BCRYPT.replace("$05$", "$00$")],
    ["Argon2id of another version", ARGON2ID.replace("v=19", "v=16")],
    ["Argon2id with memory without end", ARGON2ID.replace("m=256", "m=4194304")],
    ["Argon2id with too little memory for its lanes", ARGON2ID.replace("m=256", "m=8")],
    ["Argon2id of a base64 that is none", ARGON2ID.replace("c29tZXNhbHRzb21lc2FsdA", "c29tZXNhbHRzb21lc2FsdB")],
    ["scrypt of memory without end", SCRYPT.replace("$16384$", "$536870912$")],
    ["scrypt of a cost that is no power of two", SCRYPT.replace("$16384$", "$16383$")],
    ["scrypt of an N that is too small", SCRYPT.replace("$16384$", "$1$")],
  ])("is matched by no password, and fails at nothing: %s", async (_, hash) => {
    for (const password of ["lètmein", "U*U", "password", ""]) expect(await matchesForeign(hash, password)).toBe(false);
  });
});

describe("What a hash is said to be", () => {
  test.each<[string, string, number]>([
    [OWN, "own", 1],
    [DJANGO, "pbkdf2_sha256", 10_000],
    [BCRYPT, "bcrypt", 32],
    [`bcrypt_sha256$${BCRYPT}`, "bcrypt", 32],
    [`argon2${ARGON2ID}`, "argon2id", 512],
    [SCRYPT, "scrypt", 131_072],
    [BCRYPT.replace("$05$", "$14$"), "bcrypt", 16_384],
    [DJANGO.replace("10000", "2000000"), "pbkdf2_sha256", 2_000_000],
    [ARGON2ID.replace("m=256,t=2", "m=262144,t=10"), "argon2id", 2_621_440],
  ])("is its form and its work: %s", (hash, form, work) => {
    expect(describeHash(hash)).toMatchObject({ form, work });
  });

  test.each<[string, RegExp]>([
    [BCRYPT.replace("$05$", "$15$"), /cost of bcrypt is above 14/],
    [DJANGO.replace("10000", "2000001"), /more than 2000000 rounds/],
    [ARGON2ID.replace("m=256", "m=262145"), /more than 256 MiB/],
    [ARGON2ID.replace("t=2", "t=11"), /more than 10 passes/],
    [ARGON2ID.replace("p=2", "p=17"), /more than 16 lanes/],
    [SCRYPT.replace("$16384$", "$262144$"), /cost of scrypt is too high/],
    [SCRYPT.replace("$8$1$", "$8$64$"), /cost of scrypt is too high/],
    [`${DJANGO}${"=".repeat(600)}`, /form .* is not known/],
    ["md5$salt$5f4dcc3b5aa765d61d8327deb882cf99", /form .* is not known/],
    [DJANGO.replace("seasalt", "sea\u0000salt"), /form .* is not known/],
    [SCRYPT.replace("seasalt", "sea\ud800salt"), /form .* is not known/],
  ])("is refused with its reason, and without the hash: %s", (hash, reason) => {
    expect(describeHash(hash)).toStrictEqual({ refused: expect.stringMatching(reason) });
  });
});
