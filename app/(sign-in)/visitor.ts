import { headers } from "next/headers";
import { actorOf } from "@/lib/doors/guards";
import type { Caller } from "@/lib/identity/attempts";
import { countAsking } from "@/lib/identity/throttle";

/** Who sends one of these forms: nobody yet. */
export async function findVisitor(): Promise<Caller> {
  const sent = await headers();
  return { actor: actorOf({ headers: sent }, "user", null), headers: sent };
}

/**
 * The same for a form that is counted whatever comes of it: their network is all there is to count by.
 * @throws AppError TOO_MANY_REQUESTS
 */
export async function countVisitor(): Promise<Caller & { userAgent: string | null }> {
  const visitor = await findVisitor();
  await countAsking(visitor.actor.address);
  return { ...visitor, userAgent: visitor.headers.get("user-agent") };
}
