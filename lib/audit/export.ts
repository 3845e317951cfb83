import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { db, sql, sqlIn } from "@/lib/database/client";
import { CSV_CHUNK, csvChunks, csvLine } from "@/lib/values/csv";
import { resolveConditions } from "./filter";
import { type AuditRecord, auditQuery, toRecord } from "./list";
import { recordAudit } from "./record";
import type { AuditConditions } from "./schemas";

const COLUMNS = [
  ...["id", "at", "actor_kind", "actor_id", "actor", "action", "target_kind", "target_id", "target", "address"],
  ...["request_id", "before", "after", "receipts"],
];

/**
 * Everything that the list finds under these conditions, newest first, as the lines of a CSV, a chunk at a time: what is
 * asked for as it is sent does not fill the memory. The export is on record before its first line is read.
 */
export async function exportAudit(admin: CurrentAdmin, conditions: AuditConditions): Promise<AsyncIterable<string>> {
  const isByDay = conditions.from !== null || conditions.to !== null;
  const filter = await resolveConditions(admin, conditions);
  const chunkAfter = (last: AuditRecord | undefined) =>
    "unknown" in filter ? null : auditQuery(filter, { place: last ?? null, direction: "older", limit: CSV_CHUNK });
  const query = chunkAfter(undefined);
  const first = await db().$transaction(async (tx) => {
    await recordAudit(tx, admin.actor, {
      action: "audit.exported",
      target: { kind: "export", id: "audit" },
      after: {
        conditions: Object.fromEntries(Object.entries(conditions).filter(([, value]) => value)),
        ...(isByDay && { time_zone: admin.timeZone }),
      },
    });
    return query ? sqlIn(tx, ...query) : [];
  });
  return csvChunks(COLUMNS, first.map(toRecord), lineOf, async (last) => {
    const next = chunkAfter(last);
    return next ? (await sql(...next)).map(toRecord) : [];
  });
}

function lineOf({ id, at, actor, action, target, address, requestId, before, after, receipts }: AuditRecord): string {
  const json = (value: object | null) => (value ? JSON.stringify(value) : "");
  return csvLine([
    id,
    at.toISOString(),
    actor.kind,
    actor.id ?? "",
    actor.name ?? "",
    action,
    target.kind,
    target.id,
    target.name ?? "",
    address ?? "",
    requestId ?? "",
    json(before),
    json(after),
    json(receipts && "kept" in receipts ? receipts.kept : null),
  ]);
}
