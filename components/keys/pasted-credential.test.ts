import { createHash, randomBytes } from "node:crypto";
import { makeCredentials } from "@latchkey/rule/credentials";
import type { CredentialForm } from "@latchkey/rule/forms";
import { learnForms } from "@latchkey/rule/known-forms";
import { makeServiceCredential, readServiceHint } from "@latchkey/rule/services";
import { afterEach, describe, expect, test } from "vitest";
import { toSearchTerm } from "./pasted-credential";
import { withoutCredential } from "./search-field";

const FORMS: CredentialForm[] = [
  { prefix: "mif_", signs: "base64url", length: 43 },
  { prefix: "acme-", signs: "token", length: 44 },
  { prefix: "", signs: "base64url", length: 43 },
  { prefix: "", signs: "hex", length: 40 },
  { prefix: "", signs: "lower", length: 10 },
];
const secret = () => `S${randomBytes(32).toString("base64url").slice(1)}`;
const PASTED: [string, string, string][] = [
  ["ours", makeCredentials("mf_live", randomBytes).key, "mf_live_".padEnd(14, "x")],
  ["with a prefix", `mif_${secret()}`, "mif_".padEnd(10, "x")],
  ["in base64, with a prefix", `acme-${randomBytes(32).toString("base64")}`, "acme-".padEnd(11, "x")],
  ["a secret without one", secret(), "xxxxxx"],
  ["hexadecimal digits", randomBytes(20).toString("hex"), "xxxxxx"],
];

describe("What is pasted into a search", () => {
  afterEach(() => learnForms([]));

  test.each(PASTED)("leaves the browser as a digest: %s", async (_, credential, shown) => {
    for (const text of [credential, ` ${credential}\n`, `key: ${credential}`]) {
      expect(await toSearchTerm(text, JSON.stringify(FORMS))).toStrictEqual({
        kind: "digest",
        digest: createHash("sha256").update(credential).digest("hex"),
        masked: `${credential.slice(0, shown.length)}…`,
      });
    }
  });

  test.each(["Production", "mif_abc123", "mif_abc123...", "projectone", "9f5a7c1e-3b2d-4e6f-8a90-123456789abc"])(
    "and is no credential, stays as it is: %s",
    async (text) => {
      expect(await toSearchTerm(text, JSON.stringify(FORMS))).toStrictEqual({ kind: "text", text });
    },
  );

  test("cut short, leaves it as what lists show", async () => {
    const text = `mif_${secret().slice(0, 30)}`;
    expect(await toSearchTerm(text, JSON.stringify(FORMS))).toMatchObject({ kind: "text", text: text.slice(0, 10) });
  });
});

describe("A service's credential", () => {
  const { credential, hint } = makeServiceCredential(randomBytes);

  test("leaves the browser as what lists show, which finds the service", async () => {
    const sent = await toSearchTerm(`TOKEN=${credential}`);
    expect(sent).toStrictEqual({ kind: "text", text: `lks_${hint}` });
    expect([`lks_${hint}`, `lks_${hint}...`, `lks_${hint}…`, hint, credential].map(readServiceHint)).toStrictEqual([
      hint,
      hint,
      hint,
      null,
      null,
    ]);
  });

  test("is held back where no script runs", () => {
    expect([holds([], credential), holds(FORMS, `a ${credential}`), holds([], `lks_${hint}`)]).toStrictEqual([
      false,
      false,
      true,
    ]);
  });
});

/** As browsers read it. */
const holds = (forms: CredentialForm[], text: string) => new RegExp(`^(?:${withoutCredential(forms)})$`, "v").test(text);

test("Where no script runs, a field holds whatever is no credential", () => {
  for (const [, credential] of PASTED)
    for (const text of [credential, `a ${credential} b`]) expect(holds(FORMS, text)).toBe(false);
  for (const text of ["", "Production", "mif_abc123", "projectone", "a_b-c mif_"]) expect(holds(FORMS, text)).toBe(true);
  expect(PASTED.map(([, credential]) => holds([], credential))).toStrictEqual([false, true, true, true, true]);
});
