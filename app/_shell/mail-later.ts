import { after } from "next/server";
import { log } from "@/lib/settings/log";

/** Does the work once the answer is on its way, so that neither its time nor its failure tells whose address is known. */
export function mailLater(work: () => Promise<void>): void {
  after(() =>
    work().catch((error: unknown) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
      log.error({ cause: error instanceof Error ? error.name : "unknown", cause_code: code }, "a mail could not be sent");
    }),
  );
}
