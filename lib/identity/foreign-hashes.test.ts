import { createHash } from "node:crypto";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { describe, expect, test } from "vitest";
import { matchesForeign } from "./foreign-hashes";

const DJANGO = "pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=";
const BCRYPT = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

describe("A hash that another product made", () => {
  test.each<[string, string, string]>([
    ["Django’s PBKDF2", DJANGO, "lètmein"],
    ["bcrypt", BCRYPT, "U*U"],
    ["bcrypt as PHP names it", BCRYPT.replace("$2a$", "$2y$"), "U*U"],
    ["bcrypt as OpenBSD names it", BCRYPT.replace("$2a$", "$2b$"), "U*U"],
    ["bcrypt in Django’s words", `bcrypt$${BCRYPT}`, "U*U"],
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
    ["another algorithm", "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHQ$aGFzaGhhc2g"],
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
  ])("is matched by no password, and fails at nothing: %s", async (_, hash) => {
    for (const password of ["lètmein", "U*U", "password", ""]) expect(await matchesForeign(hash, password)).toBe(false);
  });
});
