import { expect, test } from "vitest";
import { readLimitChanges, readLimitForm } from "./limits";

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
  for (const access of ["all", "toString", ""]) expect(() => readLimitForm(filled({ access }))).toThrow();
});

test("a key that has a list keeps one when it is changed", () => {
  const typed = { access: "custom", permissions: "sms:send" };
  expect(readLimitChanges(filled({ ...typed, permissions_are: "list" }))).toStrictEqual({ permissions: ["sms:send"] });
  expect(Object.entries(readLimitChanges(filled(typed)).permissions ?? {})).toStrictEqual([["sms", ["send"]]]);
  expect(readLimitChanges(filled({ access: "keep" }))).toStrictEqual({ permissions: undefined });
});
