import "server-only";
import { maskedJson } from "@latchkey/rule/masked-json";
import { type Actor, actorId } from "@/lib/audit/actors";
import type { Transaction } from "@/lib/database/client";
import type { Prisma } from "@/prisma/generated/client";
import type { AuditAction } from "./actions";

export type AuditEntryInput = {
  action: AuditAction;
  /** An export, an import and a door have no rows of their own: the id says of what it was, such as "keys", or which, such as "sign_in". */
  target: { kind: "api_key" | "user" | "service" | "setting" | "export" | "import" | "door"; id: string };
  before?: Prisma.InputJsonObject;
  after?: Prisma.InputJsonObject;
};

/** Writes the entry in the caller's transaction, so that a change and its record stand or fall together. */
export async function recordAudit(tx: Transaction, actor: Actor, entry: AuditEntryInput): Promise<void> {
  await tx.auditEntry.create({
    data: {
      actorKind: actor.kind,
      actorId: actorId(actor),
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

/** SQL for an instant as entries have it: as JSON writes it elsewhere. */
export function sqlInstant(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
