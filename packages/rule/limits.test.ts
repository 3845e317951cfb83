import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, findWidened, LIMIT_FIELDS, LIMIT_NAMES, pickLimits, refuseCall } from "./limits";

const withPermissions = (...permissions: string[]) => ({ ...DEFAULT_LIMITS, permissions });

describe("A key's limits", () => {
  test("refuse the calls that they do not allow", () => {
    expect(refuseCall(withPermissions("read"), { permission: "write" })).toBe("INSUFFICIENT_PERMISSIONS");
    expect(refuseCall(withPermissions("read"), { permission: "read" })).toBeNull();
    expect(refuseCall(withPermissions(), { permission: null })).toBeNull();
  });

  test("can only become narrower", () => {
    expect(findWidened(withPermissions("read"), withPermissions("read", "write"))).toBe("permissions");
    expect(findWidened(withPermissions("read", "write"), withPermissions("read"))).toBeNull();
    expect(findWidened(DEFAULT_LIMITS, DEFAULT_LIMITS)).toBeNull();
  });

  test("are the same wherever they are named", () => {
    expect(Object.keys(LIMIT_FIELDS)).toStrictEqual(LIMIT_NAMES);
    expect(pickLimits({ ...DEFAULT_LIMITS, name: "Production" } as typeof DEFAULT_LIMITS)).toStrictEqual(DEFAULT_LIMITS);
  });
});
