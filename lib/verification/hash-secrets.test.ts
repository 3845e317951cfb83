import { beforeEach, describe, expect, test, vi } from "vitest";
import { deploymentSettings } from "@/tests/support/server";

const [ONE, TWO, THREE] = ["1", "2", "3"].map((digit) => digit.repeat(32)) as [string, string, string];

/** The module as a process with these settings has it: settings are read once. */
async function withSecrets(secrets: Record<string, string>) {
  vi.resetModules();
  const settings = { ...deploymentSettings("postgresql://localhost/latchkey"), KEY_HASH_SECRET: ONE };
  const others = { KEY_HASH_SECRET_PREVIOUS: "", KEY_HASH_SECRET_NEXT: "" };
  for (const [name, value] of Object.entries({ ...settings, ...others, ...secrets })) vi.stubEnv(name, value);
  return import("./hash-secrets");
}

beforeEach(() => vi.unstubAllEnvs());

describe("The secrets that keys may be stored under", () => {
  test.each([
    [{}, [ONE], null],
    [{ KEY_HASH_SECRET_PREVIOUS: TWO }, [ONE, TWO], TWO],
    [{ KEY_HASH_SECRET_NEXT: TWO }, [ONE, TWO], null],
    [{ KEY_HASH_SECRET_PREVIOUS: TWO, KEY_HASH_SECRET_NEXT: THREE }, [ONE, TWO, THREE], TWO],
    [{ KEY_HASH_SECRET_PREVIOUS: ONE, KEY_HASH_SECRET_NEXT: ONE }, [ONE], null],
    [{ KEY_HASH_SECRET_PREVIOUS: TWO, KEY_HASH_SECRET_NEXT: TWO }, [ONE, TWO], TWO],
  ])("with %j are each known once, and only a previous one is moved away from", async (secrets, known, former) => {
    const { knownSecrets, formerSecret, isRotating } = await withSecrets(secrets);
    expect(knownSecrets()).toStrictEqual(known);
    expect([formerSecret(), isRotating()]).toStrictEqual([former, former !== null]);
  });

  test("have ids that stay what they are, because rows have them", async () => {
    const { secretId, currentSecretId } = await withSecrets({ KEY_HASH_SECRET: "s".repeat(32) });
    expect(currentSecretId()).toBe("aa399863ae5de612");
    expect(secretId(`${"s".repeat(31)}t`)).toMatch(/^(?!aa399863ae5de612)[0-9a-f]{16}$/);
  });
});
