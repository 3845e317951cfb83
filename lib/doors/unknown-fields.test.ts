import { describe, expect, test } from "vitest";
import { adminCreateKeySchema, createKeySchema, listKeysSchema } from "@/lib/keys/schemas";
import { verifyManySchema, verifySchema } from "@/lib/keys/verify-schemas";
import { validate } from "./read-json";

const refusal = (...[schema, value]: Parameters<typeof validate>) => {
  try {
    validate(schema, value);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};
const LESS_USUAL = [
  "permissons",
  "premissions",
  "allowed_permissions",
  "permission_list",
  "api_scopes",
  "access_level",
  "read_only",
  "abilities",
  "actions",
];
const near = (wrong: string, right: string) => `Unknown field "${wrong}". Did you mean "${right}"?`;

describe("Where originals' clients call, a field that is meant to limit a right is refused with its right name", () => {
  test.each([
    ...["expiresAt", "ExpiresAt", "EXPIRES_AT", "expires-at", "expires", "expiry", "expires_in", "expiresIn", "expiration"],
    ...["expire_at", "expirationDate", "exp", "valid_until", "ttl", "ttl_seconds", "exp_date", "key_expires_at", "duration"],
    ...["expries_at", "exipres_at", "expres_at", "xpires_at"],
    ...["expAt", "validity", "valid_days", "until", "ends_at", "endDate", "lifetime_seconds"],
  ])("%s", (name) => {
    for (const value of [null, 3600, "2030-01-01"]) {
      expect(refusal(createKeySchema, { key_name: "a", [name]: value })).toBe(near(name, "expires_at"));
      expect(refusal(adminCreateKeySchema, { userId: "a", [name]: value })).toBe(near(name, "expires_at"));
    }
  });

  test.each(["scopes", "scope", "Scope", "permission", "Permissions", "PERMISSIONS", "perms", "privileges", ...LESS_USUAL])(
    "%s",
    (name) => {
      expect(refusal(createKeySchema, { key_name: "a", [name]: ["read"] })).toBe(near(name, "permissions"));
      expect(refusal(createKeySchema, { key_name: "a", permissions: ["read"], [name]: [] })).toBe(near(name, "permissions"));
    },
  );

  test.each(["userid", "user_id", "USERID", "UserId", "user", "usreId"])(
    "%s, where leaving it out lists everyone's keys",
    (name) => {
      expect(refusal(adminCreateKeySchema, { [name]: "a" })).toBe(near(name, "userId"));
      expect(refusal(listKeysSchema, { [name]: "a" })).toBe(near(name, "userId"));
    },
  );

  test.each(["Email", "e_mail", "user_email", "emial"])("%s, where it names an owner, and nowhere else", (name) => {
    expect(refusal(listKeysSchema, { [name]: "a@example.com" })).toBe(near(name, "email"));
    expect(refusal(createKeySchema, { key_name: "a", [name]: "a@example.com" })).toBeNull();
  });

  test.each([
    "description",
    "is_active",
    "keyName",
    "name",
    "tags",
    "__proto__",
    "constructor",
    "experiment_id",
    "export",
    "endpoint",
    "validated",
    "action_url",
    "user_agent",
    "access_token",
    "never_expires",
    "microscope",
    "created_at",
    "",
  ])("%j is ignored", (name) => {
    const sent = JSON.parse(`{"key_name":"a",${JSON.stringify(name)}:1}`);
    expect(refusal(createKeySchema, sent)).toBeNull();
  });
});

describe("Where ignoring any would, every unknown field is refused by name", () => {
  test.each<[string, string]>([
    ["permissions", near("permissions", "permission")],
    ["scope", near("scope", "permission")],
    ["Permission", near("Permission", "permission")],
    ["api_key", near("api_key", "key")],
    ["credits", near("credits", "cost")],
    ["colour", 'Unknown field "colour".'],
    ["__proto__", 'Unknown field "__proto__".'],
    ["authentication", "Unknown field."],
    ["Unauthorized", "Unknown field."],
    ["scope[]", near("scope[]", "permission")],
    ['quoted"', "Unknown field."],
    ["two\nlines", "Unknown field."],
    ["n".repeat(65), "Unknown field."],
    [`mf_live_${"A1b2".repeat(10)}`, "Unknown field."],
  ])("%j", (name, message) => {
    const sent = JSON.parse(`{"key":"a",${JSON.stringify(name)}:1}`);
    expect(refusal(verifySchema, sent)).toBe(message);
    expect(refusal(verifyManySchema, { keys: ["a", sent] })).toBe(`keys[1]: ${message}`);
  });

  test("but none that it knows", () => {
    const known = { key: "a", secret: null, permission: "read", cost: null, ip: "203.0.113.7" };
    expect(refusal(verifySchema, known)).toBeNull();
    expect(refusal(verifyManySchema, { keys: [known] })).toBeNull();
  });

  test("beside a list too, where it would hold for none of its entries", () => {
    expect(refusal(verifyManySchema, { keys: ["a"], permission: "write" })).toBe('Unknown field "permission".');
  });
});
