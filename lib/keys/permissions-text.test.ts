import { describe, expect, test } from "vitest";
import { parsePermissionsText } from "./permissions-text";

describe("permissions as people type them", () => {
  test.each([
    ["read", ["read"]],
    [" read,write , read", ["read", "write"]],
    ["read\nwrite\n", ["read", "write"]],
    ["*", ["*"]],
  ])("%j is a list of actions", (text, expected) => {
    expect(parsePermissionsText(text)).toStrictEqual(expected);
  });

  test("pairs are actions by resource", () => {
    const parsed = parsePermissionsText("sms:send\nreports:read, sms:read\n*:list");
    expect(Object.entries(parsed ?? {})).toStrictEqual([
      ["sms", ["send", "read"]],
      ["reports", ["read"]],
      ["*", ["list"]],
    ]);
  });

  test("a resource may be called like a property of every object", () => {
    expect(JSON.stringify(parsePermissionsText("__proto__:read, constructor:read"))).toBe(
      '{"__proto__":["read"],"constructor":["read"]}',
    );
  });

  test.each(["", " , \n", "read, sms:send", ":read", "sms:", ":"])("%j is refused", (text) => {
    expect(parsePermissionsText(text)).toBeNull();
  });
});
