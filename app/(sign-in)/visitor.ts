import { headers } from "next/headers";
import type { Actor } from "@/lib/audit/actors";
import { actorOf } from "@/lib/doors/guards";
import { countAttempt } from "@/lib/identity/throttle";

/**
 * Who sends one of these forms: nobody yet, so that their address is all there is to count by.
 * @throws AppError TOO_MANY_REQUESTS
 */
export async function countVisitor(): Promise<{ actor: Actor; userAgent: string | null }> {
  const sent = await headers();
  const actor = actorOf({ headers: sent }, "user", null);
  await countAttempt({ address: actor.address });
  return { actor, userAgent: sent.get("user-agent") };
}
