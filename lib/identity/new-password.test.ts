import { describe, expect, test } from "vitest";
import { refuseEasy } from "./new-password";
import { changePasswordSchema } from "./schemas";

const ASHA = { email: "asha.m@example.com", firstName: "Asha", lastName: "van Mrema" };
const COMMON = "This password is too common.";
const ADDRESS = "This password contains your e-mail address.";
const NAME = "This password contains your name.";

describe("A new password", () => {
  test.each<[string, string | null]>([
    ["password", COMMON],
    ["PassWord", COMMON],
    ["ｐａｓｓｗｏｒｄ", COMMON],
    ["12345678", COMMON],
    ["qwertyuiop", COMMON],
    ["iloveyou", COMMON],
    ["trustno1", COMMON],
    ["88888888", COMMON],
    ["𝟖8𝟖8𝟖8𝟖8", COMMON],
    ["12341234123", COMMON],
    ["xYxYxYxY", COMMON],
    ["87654321", COMMON],
    ["5678901234", COMMON],
    ["HGFEDCBA", COMMON],
    ["🐴🐴🐴🐴🐴🐴🐴🐴", COMMON],
    ["8888888a", null],
    ["abcdefgz", null],
    ["12345123451", null],
    ["asha.m@example.com", ADDRESS],
    ["my ASHA.M is long", ADDRESS],
    ["hello asha!", NAME],
    ["9 MREMA 9", NAME],
    ["the van is long", null],
    ["correct horse battery", null],
    ["password of another kind", null],
  ])("%s: %s", (password, refusal) => {
    expect(refuseEasy(password, ASHA)).toBe(refusal);
  });

  test("may contain a short name, and what stands before a short address, but not the address", () => {
    const jo = { email: "jo@example.com", firstName: "Jo", lastName: "Li" };
    expect([refuseEasy("jo and li go far", jo), refuseEasy("JO@example.com", jo)]).toStrictEqual([null, ADDRESS]);
  });

  test("of a name in any case, the German one too", () => {
    const person = { email: "a@example.com", firstName: "Groß", lastName: "ΣΊΣΥΦΟΣ" };
    expect(refuseEasy("ein GROSSES Wort", person)).toBe(NAME);
    expect(refuseEasy("der alte σίσυφος", person)).toBe(NAME);
  });

  const SHORT = "This password is too short. It must contain at least 8 characters.";
  const NOTHING = "This password has nothing to see in it.";
  test.each<[string, string, string | undefined]>([
    ["seven characters", "1a2b3c4", SHORT],
    ["four that are stored as eight", "𝟏𝟐𝟑𝟒", SHORT],
    ["eight spaces", " ".repeat(8), NOTHING],
    ["joiners", "\u200d".repeat(8), NOTHING],
    ["fillers", "\u3164".repeat(9), NOTHING],
    ["half a surrogate pair", `${"a".repeat(8)}\ud800`, "This password contains characters that cannot be stored."],
    ["129 characters", `${"ab".repeat(64)}c`, "This password is too long. It must contain at most 128 characters."],
    ["a space among others", "a        ", undefined],
    ["eight characters beyond the first plane", "🐴".repeat(8), undefined],
  ])("of %s", (_, newPassword, refusal) => {
    const { error } = changePasswordSchema.safeParse({ currentPassword: "x", newPassword });
    expect(error?.issues.map(({ message }) => message)).toStrictEqual(refusal && [refusal]);
  });
});
