import "server-only";
import type { Prisma } from "@/prisma/generated/client";
import type { Transaction } from "./db";

/** Who acts: a person, staff through the admin API's shared secret, or the portal itself. */
export type Actor = {
  kind: "user" | "admin_api" | "system";
  userId: string | null;
  address: string | null;
  requestId: string | null;
};

export const SYSTEM_ACTOR: Actor = { kind: "system", userId: null, address: null, requestId: null };

export type AuditAction =
  | "api_key.created"
  | "api_key.regenerated"
  | "api_key.grace_ended"
  | "api_key.updated"
  | "api_key.revoked"
  | "api_key.deleted"
  | "user.registered"
  | "user.signed_in"
  | "user.signed_out"
  | "user.profile_updated"
  | "user.password_changed"
  | "user.password_reset"
  | "user.email_verified";

type Entry = {
  action: AuditAction;
  target: { kind: "api_key" | "user"; id: string };
  before?: Prisma.InputJsonObject;
  after?: Prisma.InputJsonObject;
};

/** Writes the entry in the caller's transaction, so that a change and its record stand or fall together. */
export async function recordAudit(tx: Transaction, actor: Actor, entry: Entry): Promise<void> {
  await tx.auditEntry.create({
    data: {
      actorKind: actor.kind,
      actorId: actor.userId,
      address: actor.address,
      requestId: actor.requestId,
      action: entry.action,
      targetKind: entry.target.kind,
      targetId: entry.target.id,
      before: entry.before,
      after: entry.after,
    },
    select: { id: true },
  });
}
