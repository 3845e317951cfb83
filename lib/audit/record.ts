import "server-only";
import { maskedJson } from "@latchkey/rule/masked-json";
import type { Actor } from "@/lib/audit/actors";
import type { Transaction } from "@/lib/database/client";
import type { Prisma } from "@/prisma/generated/client";
import type { AuditAction } from "./actions";

type Entry = {
  action: AuditAction;
  /** An export has no row of its own: its id says of what it was, such as "keys". */
  target: { kind: "api_key" | "user" | "export"; id: string };
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
      before: entry.before && JSON.parse(maskedJson(entry.before)),
      after: entry.after && JSON.parse(maskedJson(entry.after)),
    },
    select: { id: true },
  });
}
