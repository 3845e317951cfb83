import { Ajv2020 } from "ajv/dist/2020";
import { expect, test } from "vitest";
import { z } from "zod";
import { RECORDS } from "./records";

type Property = { type?: string | string[]; anyOf?: object[] };
type Properties = { properties?: Record<string, Property>; required?: string[] };

/** What is null says nothing: so it may stand wherever nothing has to. */
function allowNull({ properties = {}, required = [] }: Properties): void {
  for (const [name, property] of Object.entries(properties)) {
    // A list of types says all that these do.
    if (Array.isArray(property.type)) delete property.anyOf;
    if (required.includes(name)) continue;
    if (property.type) property.type = [...new Set([property.type, "null"].flat())];
    else property.anyOf?.push({ type: "null" });
  }
}

function jsonSchema() {
  const anyOf = Object.entries(RECORDS).map(([kind, schema]) => {
    const { $schema: _, ...made } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input", unrepresentable: "any" });
    const typed = { title: kind, ...made, required: [...new Set(["type", ...(made.required ?? [])])] };
    allowNull(typed as Properties);
    return typed;
  });
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title: "A line of a file that npm run import reads", anyOf };
}

test("docs/moving-in.schema.json is what rows are read by", async () => {
  await expect(`${JSON.stringify(jsonSchema(), null, 2)}\n`).toMatchFileSnapshot("../../docs/moving-in.schema.json");
});

const hash = "0".repeat(64);
const SHOWN: { [Kind in keyof typeof RECORDS]: object[] } = {
  form: [{ type: "form", prefix: "mif_", signs: "base64url", length: 43 }],
  user: [
    { type: "user", id: 1, email: "a@b.example" },
    {
      type: "user",
      id: "1",
      email: "a@b.example",
      email_verified: "t",
      created_at: 1704164645,
      credits: "5",
      former_ids: [{ source: "a", id: 1 }],
    },
  ],
  key: [
    { type: "key", user_id: "1", credential: "x", permissions: ["read"], expires_at: "2030-01-01", active: false },
    {
      type: "key",
      id: 3,
      email: "a@b.example",
      name: "Key",
      credential_sha256: hash,
      form: { prefix: "", signs: "hex", length: 32 },
    },
    {
      type: "key",
      user_id: 1,
      credential_sha256: hash,
      form: "datazag",
      permissions: { sms: ["send"] },
      replaced: [{ credential: "y", valid_until: "2030-01-01" }],
    },
  ],
  balance: [{ type: "balance", user_id: 1, credits: -5 }],
};

test("Rows that are read have the schema of the documents, and others do not", () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(jsonSchema());
  for (const [kind, rows] of Object.entries(SHOWN)) {
    for (const row of rows) {
      expect(RECORDS[kind as keyof typeof RECORDS].safeParse(row).error).toBeUndefined();
      expect({ row, isValid: validate(kind === "key" ? { ...row, note: null } : row) }).toStrictEqual({
        row,
        isValid: true,
      });
      expect(validate({ ...row, expiry: "2030" })).toBe(false);
    }
  }
  expect(validate({ type: "key", user_id: 1, total_uses: {}, credential: "x" })).toBe(false);
});

test.each(["SK_", "acme", "a.b_", "_a_", "a_"])(
  "A form is not taken with the prefix %s, by which no server would know it",
  (prefix) => {
    const form = { prefix, signs: "base62", length: 32 };
    expect(RECORDS.form.safeParse({ type: "form", ...form }).success).toBe(false);
    const key = { user_id: 1, credential_sha256: hash, form };
    expect(RECORDS.key.safeParse(key).success).toBe(false);
    expect(RECORDS.key.safeParse({ ...key, form: { ...form, prefix: "", length: prefix.length + 32 } }).error).toBeUndefined();
  },
);
