import { maskCredentials } from "@latchkey/rule/credentials";
import pino from "pino";
import { logLevel } from "./env";

/** Structured lines on standard output. Callers name each field they log; nothing is serialised whole, and no credential. */
export const log = pino({
  level: logLevel(),
  base: undefined,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (name) => ({ level: name }) },
  hooks: { streamWrite: maskCredentials },
});
