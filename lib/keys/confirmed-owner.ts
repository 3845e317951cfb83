import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { db } from "@/lib/database/client";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";

/**
 * For people who make keys of their own; what staff and programs make for them needs nothing.
 * @throws AppError EMAIL_NOT_CONFIRMED where KEYS_NEED_CONFIRMED_ADDRESS is on and the address was not confirmed
 */
export async function requireConfirmedAddress({ kind, userId }: Actor): Promise<void> {
  if (env().KEYS_NEED_CONFIRMED_ADDRESS === "off" || kind !== "user" || !userId) return;
  const user = await db().user.findUnique({ where: { id: userId }, select: { emailVerified: true } });
  if (!user?.emailVerified) throw new AppError("EMAIL_NOT_CONFIRMED");
}
