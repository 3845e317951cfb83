import "server-only";
import { LIMIT_NAMES } from "@latchkey/rule/limits";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sql, sqlIn } from "@/lib/database/client";
import { CSV_CHUNK, csvChunks, csvLine } from "@/lib/values/csv";
import { type AdminKeyRecord, adminKeyQuery, describe } from "./admin-list";
import type { AdminKeyConditions } from "./admin-schemas";
import { findNamed, NOTHING_NAMED } from "./admin-search";

const COLUMNS = [
  ...["id", "uuid", "name", "owner_id", "owner_email", "format", "visible_part", "status", ...LIMIT_NAMES, "calls"],
  ...["created_at", "expires_at", "last_used_at", "revoked_at", "disabled_at", "deleted_at"],
];

/**
 * All keys that the list finds, in its order, as the lines of a CSV, a chunk at a time. The export is on record before
 * its first line is read. Neither credentials nor hashes are read.
 */
export async function exportKeys(admin: CurrentAdmin, search: AdminKeyConditions): Promise<AsyncIterable<string>> {
  const found = await findNamed(search);
  const named = "unknown" in found ? NOTHING_NAMED : found;
  const chunkAfter = (last: AdminKeyRecord | null) =>
    adminKeyQuery(search, named, { place: last && { value: last.place, id: last.id }, direction: "older", limit: CSV_CHUNK });
  const first = await db().$transaction(async (tx) => {
    await recordAudit(tx, admin.actor, {
      action: "keys.exported",
      target: { kind: "export", id: "keys" },
      after: { conditions: conditionsOf(search) },
    });
    return "unknown" in found ? [] : sqlIn(tx, ...chunkAfter(null));
  });
  return csvChunks(COLUMNS, first, lineOf, async (last) => {
    return sql(...chunkAfter(last));
  });
}

/** What the digest is of is nobody's business: the log says that there was one. */
function conditionsOf({ digest, ...rest }: AdminKeyConditions): Record<string, string> {
  const given = Object.entries({ ...rest, credential: digest && "pasted" });
  return Object.fromEntries(given.filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function lineOf(record: AdminKeyRecord): string {
  const now = new Date();
  const key = describe(record, now, null);
  const instant = (at: Date | null) => at?.toISOString() ?? "";
  return csvLine([
    key.id,
    key.uuid,
    key.name,
    key.owner.id,
    key.owner.email,
    key.format,
    key.masked,
    key.deletedAt ? "deleted" : key.state,
    ...LIMIT_NAMES.map((name) => JSON.stringify(key[name])),
    key.totalUses,
    instant(key.createdAt),
    instant(key.expiresAt),
    instant(key.lastUsedAt),
    instant(key.revokedAt),
    instant(key.disabledAt),
    instant(key.deletedAt),
  ]);
}
