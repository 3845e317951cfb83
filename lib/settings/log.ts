import pino from "pino";

/** Structured lines on standard output. Callers name each field they log; nothing is serialised whole. */
export const log = pino({
  base: undefined,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
});
