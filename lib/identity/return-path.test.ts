import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { returnPath, withReturnPath } from "./return-path";

describe("The address to return to", () => {
  it.each(["/settings", "/keys?status=active&page=2", "/keys/1#audit", "/a//b", "/%2F%2Fevil.example"])(
    "is kept when it is a path of the portal: %s",
    (next) => expect(returnPath(next)).toBe(next),
  );

  it.each([
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "http:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n\\evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "/%2e//evil.example",
    "javascript:alert(1)",
    "%2F%2Fevil.example",
    "data:text/html,x",
    "evil.example",
    "",
    ["/settings", "//evil.example"],
    undefined,
    null,
  ])("is the keys when it leads anywhere else: %j", (next) => expect(returnPath(next)).toBe("/keys"));

  it("never leads off the site, however it is read", () => {
    const part = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "evil.example",
      ":",
      "@",
      "%2f",
      "%5c",
      "%2e",
      "\t",
      "\n",
      "?",
      "#",
      "https:",
      "a",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const path = returnPath(parts.join(""));
        expect(new URL(path, "https://keys.example").origin).toBe("https://keys.example");
        expect(returnPath(path)).toBe(path);
      }),
      { numRuns: 5000 },
    );
  });

  it("is carried along only when it says something", () => {
    expect(withReturnPath("/sign-up", "/settings?a=b")).toBe("/sign-up?next=%2Fsettings%3Fa%3Db");
    expect(withReturnPath("/sign-up", "//evil.example")).toBe("/sign-up");
    expect(withReturnPath("/sign-up", undefined)).toBe("/sign-up");
  });
});
