import { afterEach, expect, test, vi } from "vitest";
import { log } from "@/lib/settings/log";
import { logConsole } from "./console";

const terminal = globalThis.console;
const before = { error: terminal.error, warn: terminal.warn };
afterEach(() => Object.assign(terminal, before));

test("what is written to the console as an error is a line without its message", () => {
  const warnings = vi.spyOn(log, "warn").mockImplementation(() => {});
  const lines = vi.spyOn(log, "error").mockImplementation(() => {});
  logConsole();
  const failure = Object.assign(new TypeError("Key (email)=(asha@example.com) already exists."), {
    code: "23505",
    digest: "3102441290",
    detail: "asha@example.com",
  });
  terminal.error("\u2a2f", failure, { digest: "asha@example.com" });
  terminal.error(Object.assign(new Error("redirect"), { digest: "NEXT_REDIRECT;push;/reset-password?token=asha" }));
  terminal.error("`host` header with value `asha.example` does not match");
  terminal.error("Invalid callback: https://asha.example/?token=1");
  terminal.error({ email: "asha@example.com" });
  terminal.warn(failure);
  expect(warnings.mock.calls).toMatchObject([[{ cause: "TypeError", cause_code: "23505" }, expect.any(String)]]);
  const written = lines.mock.calls.map(([fields]) => fields);
  expect(written).toMatchObject([
    { digest: "3102441290", cause: "TypeError", cause_code: "23505" },
    { digest: undefined, cause: "Error" },
    { said: "`host` header with" },
    { said: "Invalid callback" },
    {},
  ]);
  expect(JSON.stringify(written)).toContain("console.test.ts");
  expect(JSON.stringify([written, warnings.mock.calls])).not.toContain("asha");
});
