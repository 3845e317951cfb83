import { describe, expect, test } from "vitest";
import { parsePermissionsText } from "./permissions-text";

describe("permissions as people type them", () => {
  test.each([
    ["read", ["read"]],
    [" read,write , read", ["read", "write"]],
    ["read\nwrite\n", ["read", "write"]],
    ["read write", ["read", "write"]],
    ["read;\twrite\u00a0lists/own.v2", ["read", "write", "lists/own.v2"]],
    ["*", ["*"]],
  ])("%j is a list of actions", (text, expected) => {
    expect(parsePermissionsText(text)).toStrictEqual({ permissions: expected });
  });

  test.each([
    [
      "sms:send\nreports:read, sms:read\n*:list",
      [
        ["sms", ["send", "read"]],
        ["reports", ["read"]],
        ["*", ["list"]],
      ],
    ],
    [
      "read, sms:send",
      [
        ["*", ["read"]],
        ["sms", ["send"]],
      ],
    ],
    ["sms:logs:read", [["sms", ["logs:read"]]]],
  ])("%j are actions by resource, where one without a resource is of every resource", (text, expected) => {
    const parsed = parsePermissionsText(text);
    expect("permissions" in parsed && Object.entries(parsed.permissions)).toStrictEqual(expected);
  });

  test("a resource may be called like a property of every object", () => {
    expect(JSON.stringify(parsePermissionsText("__proto__:read, constructor:read"))).toBe(
      '{"permissions":{"__proto__":["read"],"constructor":["read"]}}',
    );
  });

  test("of a key that has a list, what stays is a list, whatever stands in its words", () => {
    expect(parsePermissionsText("read, sms:send, @all", { asList: true })).toStrictEqual({
      permissions: ["read", "sms:send", "@all"],
    });
  });

  test.each([
    ["", "Write at least one."],
    [" , \n", "Write at least one."],
    ["read @@@", "“@@@” is no permission."],
    [":read", "“:read” is no permission."],
    ["sms:", "“sms:” is no permission."],
    ["sms.*", "“sms.*” is no permission."],
    ["x".repeat(20_000), "This is more than a key can hold."],
  ])("%j is refused with what is wrong", (text, problem) => {
    expect(parsePermissionsText(text)).toStrictEqual({ problem });
  });
});
