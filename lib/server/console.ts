import "server-only";
import { log } from "@/lib/settings/log";
import { causeOf, framesOf } from "@/lib/values/errors";
import { blameForm } from "./forms";

/**
 * Next writes errors of pages, and refusals of its own, to the console as a whole, with messages that can quote what a client
 * sent or a row holds. From now on they are lines of the log like those of routes: what failed and where, and the code that
 * the page shows.
 */
export function logConsole(): void {
  for (const level of ["error", "warn"] as const)
    console[level] = (...said: unknown[]) => {
      const error = said.find((part) => part instanceof Error);
      if (error && blameForm(error)) log.warn(describe(said, error), "a form that cannot be read was refused");
      else log[level](describe(said, error), "unforeseen, outside of a route");
    };
}

function describe(said: unknown[], error: Error | undefined): Record<string, string | undefined> {
  if (error) return { digest: digestOf(error), ...causeOf(error), at: framesOf(error) };
  const text = said.find((part) => typeof part === "string");
  return { said: text?.split(/[:"\n]|\bvalue\b/, 1)[0]?.trim() };
}

/** Next's own are numbers; where it redirects, they hold addresses. */
function digestOf(error: Error): string | undefined {
  const digest = "digest" in error ? String(error.digest) : "";
  return /^\d+(@E\d+)?$/.test(digest) ? digest : undefined;
}
