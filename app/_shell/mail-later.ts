import { after } from "next/server";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";

/** Does the work once the answer is on its way, so that neither its time nor its failure tells whose address is known. */
export function mailLater(work: () => Promise<void>): void {
  after(() => work().catch((error: unknown) => log.error(causeOf(error), "a mail could not be sent")));
}
