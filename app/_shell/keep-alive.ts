import { after } from "next/server";
import { leaveTracesBy } from "@/lib/audit/traces";
import { env } from "@/lib/settings/env";

/**
 * On Vercel an instance may be frozen as soon as it has answered, and with it the timers that a server of its own relies on.
 * There, this keeps it until the work is done; elsewhere it does nothing.
 */
export function keepAliveFor(work: () => Promise<void>): void {
  if (env().VERCEL) after(work);
}

/** The same for what anybody who is refused leaves in the audit log. */
export function keepAliveForTraces(): void {
  if (env().VERCEL) leaveTracesBy(after);
}
