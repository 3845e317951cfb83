import { expect, test } from "vitest";
import { validate } from "@/lib/doors/read-json";
import { Unread } from "@/lib/values/unread";
import { readEnd } from "./end-form";
import { readLimitChanges, readLimitForm } from "./limits";
import { createKeySchema } from "./schemas";

function filled(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

test.each([
  ["everything", ["*"]],
  ["read-write", ["read", "write"]],
  ["read", ["read"]],
])("%s gives a key %j", (access, permissions) => {
  expect(readLimitForm(filled({ access }))).toStrictEqual({ permissions });
});

test("what is typed is read only where that was chosen, and a choice that is none gives nothing", () => {
  expect(readLimitForm(filled({ access: "read", permissions: "*" }))).toStrictEqual({ permissions: ["read"] });
  expect(readLimitForm(filled({ access: "custom", permissions: "send" }))).toStrictEqual({ permissions: ["send"] });
  for (const access of ["all", "toString", ""]) expect(readLimitForm(filled({ access })).permissions).toBeInstanceOf(Unread);
});

test("all that is wrong with a form is named at once", () => {
  const form = filled({ access: "custom", permissions: "@@@", expires_at: "2001-01-01T00:00:00Z" });
  const read = () => validate(createKeySchema, { key_name: "", ...readLimitForm(form), expires_at: readEnd(form, "UTC") });
  expect(read).toThrow(
    expect.objectContaining({
      fields: {
        key_name: ["MISSING_KEY_NAME"],
        permissions: [expect.stringContaining("@@@")],
        expires_at: ["Choose a moment that is still to come."],
      },
    }),
  );
});

test("a key that has a list keeps one when it is changed", () => {
  const typed = { access: "custom", permissions: "sms:send" };
  expect(readLimitChanges(filled({ ...typed, permissions_are: "list" }))).toStrictEqual({ permissions: ["sms:send"] });
  expect(Object.entries(readLimitChanges(filled(typed)).permissions ?? {})).toStrictEqual([["sms", ["send"]]]);
  expect(readLimitChanges(filled({ access: "keep" }))).toStrictEqual({ permissions: undefined });
});
