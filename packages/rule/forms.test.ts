import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeCredentials } from "./credentials";
import { bitsOf, type CredentialForm, fitsForm, formOf, STRONG_BITS } from "./forms";

const BODY = "K3-Jd_9aLq0ZxW7bTtR2uVs5cYy8nMmP4gHhQe6fD1w"; // 43 url-safe characters
const HEX = "0123456789abcdef0123456789abcdef";

describe("The form of a credential", () => {
  test.each<[string, string, CredentialForm, string]>([
    ["Mifumo's", `mif_${BODY}`, { prefix: "mif_", signs: "base64url", length: 43 }, "mif_K3-Jd_"],
    ["Mifumo's secret", BODY, { prefix: "", signs: "base64url", length: 43 }, "K3-Jd_"],
    ["DataZag's older", `datazag_${HEX}`, { prefix: "datazag_", signs: "hex", length: 32 }, "datazag_012345"],
    ["with two parts before it", `sk_live_${HEX}Z`, { prefix: "sk_live_", signs: "base62", length: 33 }, "sk_live_012345"],
    [
      "with hyphens",
      `acme-test-${HEX.toUpperCase()}`,
      { prefix: "acme-test-", signs: "hex_upper", length: 32 },
      "acme-test-012345",
    ],
    [
      "with a second part of no such word",
      `acme_main_${HEX}`,
      { prefix: "acme_", signs: "base64url", length: 37 },
      "acme_main_0",
    ],
    ["of digits alone", "1".repeat(34), { prefix: "", signs: "digits", length: 34 }, "111111"],
    ["in small letters", `${HEX}z`, { prefix: "", signs: "lower", length: 33 }, "012345"],
    ["a UUID", "af5a7c1e-3b2d-4e6f-8a90-123456789abc", { prefix: "", signs: "base64url", length: 36 }, "af5a7c"],
    ["in base64", `${BODY.replaceAll(/[-_]/g, "+")}=`, { prefix: "", signs: "token", length: 44 }, "K3+Jd+"],
  ])("%s", (_, credential, form, hint) => {
    expect(formOf(credential, [])).toStrictEqual({ form, bits: bitsOf(form), hint });
    expect(fitsForm(credential, form)).toBe(true);
    expect(formOf(credential, [form])?.form).toBe(form);
  });

  test.each<[string, string]>([
    ["nothing", ""],
    ["a few characters", "abcdefg"],
    ["a prefix and a few", "mif_1234567"],
    ["more than 512", "a".repeat(513)],
    ["white space", `mif_ ${HEX}`],
    ["a line break behind it", `mif_${HEX}\n`],
    ["a NUL", `mif_${HEX}\0`],
    ["signs that no bearer token has", `mif_${HEX}"`],
    ["letters with accents", `é${HEX}`],
    ["one of ours with a wrong checksum", `mf_live_${"a".repeat(38)}`],
    ["one of ours", makeCredentials("datazag", randomBytes).key],
  ])("is none: %s", (_, text) => {
    expect(formOf(text, [])).toBeNull();
  });

  test("that is known is the first that fits, whatever a credential holds by chance", () => {
    const known: CredentialForm[] = [
      { prefix: "", signs: "base64url", length: 36 },
      { prefix: "mif_", signs: "base62", length: 32 },
      { prefix: "mif_", signs: "token", length: 32 },
    ];
    expect(formOf(`mif_${HEX}`, known)?.form).toBe(known[0]);
    expect(formOf(`mif_${HEX}`, known.slice(1))?.form).toBe(known[1]);
    expect(formOf(`mif_${HEX.slice(1)}.`, known.slice(1))?.form).toBe(known[2]);
  });

  test("says how hard a credential is to guess; one that is not shows less of itself", () => {
    expect(bitsOf({ prefix: "x_", signs: "hex", length: 28 })).toBe(STRONG_BITS);
    expect(formOf(`mif_${HEX.slice(0, 27)}`, [])).toMatchObject({ bits: 108, hint: "mif_012345" });
    expect(formOf("abcdefgh", [])?.hint).toBe("ab");
    expect(formOf("pw_1234567890ab", [])?.hint).toBe("pw_123");
  });

  test("fits nothing longer, shorter or of another beginning", () => {
    const form: CredentialForm = { prefix: "mif_", signs: "hex", length: 32 };
    for (const text of [
      `mif_${HEX}0`,
      `mif_${HEX.slice(1)}`,
      `mif-${HEX}`,
      `MIF_${HEX}`,
      ` mif_${HEX}`,
      `mif_${HEX.toUpperCase()}`,
    ])
      expect(fitsForm(text, form)).toBe(false);
  });

  test("of whatever is taken fits it, and shows no more than six characters of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 60 }), fc.constantFrom("", "mif_", "sk_live_"), (text, before) => {
        const found = formOf(before + text, []);
        if (!found) return;
        expect(fitsForm(before + text, found.form)).toBe(true);
        expect((before + text).startsWith(found.hint)).toBe(true);
        expect(found.hint.length - found.form.prefix.length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 2000 },
    );
  });
});
