import { after } from "next/server";
import { leaveTracesBy } from "@/lib/audit/traces";
import { env } from "@/lib/settings/env";
import { writeInOneGoBy } from "@/lib/verification/in-one-go";

/**
 * On Vercel an instance may be frozen as soon as it has answered, and with it the timers that a server of its own relies on.
 * There, this keeps it until the work is done; elsewhere it does nothing.
 */
export function keepAliveFor(work: () => Promise<void>): void {
  if (env().VERCEL) after(work);
}

/** The same for what calls leave behind: in the audit log when they are refused, and in what is counted. */
export function keepAliveForRest(): void {
  if (!env().VERCEL) return;
  leaveTracesBy(after);
  writeInOneGoBy(after);
}
