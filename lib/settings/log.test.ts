import { randomBytes } from "node:crypto";
import { makeCredentials } from "@latchkey/rule/credentials";
import pino from "pino";
import { expect, test, vi } from "vitest";
import { log } from "./log";

test("no line holds a credential, whatever brought it there", () => {
  const stream: { write: (line: string) => void } = Reflect.get(log, pino.symbols.streamSym);
  const write = vi.spyOn(stream, "write").mockImplementation(() => {});
  const { key, hint } = makeCredentials("mf_live", randomBytes);
  log.error({ said: `key_${key}`, encoded: key.replaceAll("_", "%5f"), base64: btoa(key) }, `about\n${key}`);
  const lines = write.mock.calls.map(([line]) => JSON.parse(line));
  write.mockRestore();
  const shown = `mf_live_${hint}...`;
  expect(lines).toMatchObject([{ said: `key_${shown}`, encoded: shown, base64: "mf_live_...", msg: `about\n${shown}` }]);
});
