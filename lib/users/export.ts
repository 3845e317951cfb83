import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sql, sqlIn } from "@/lib/database/client";
import { CSV_CHUNK, csvChunks, csvLine } from "@/lib/values/csv";
import { type ListedUser, placeOf, toListed, userQuery } from "./list";
import type { UserConditions, UserSort } from "./schemas";

const COLUMNS = ["id", "email", "name", "role", "status", "credits", "usable_keys", "created_at", "last_seen_at", "external_id"];

/**
 * All users that the list finds, in its order, as the lines of a CSV, a chunk at a time. The export is on record before
 * its first line is read.
 */
export async function exportUsers(
  admin: CurrentAdmin,
  search: UserConditions & { sort: UserSort },
): Promise<AsyncIterable<string>> {
  const chunkAfter = (last: ListedUser | null) =>
    userQuery(search, { place: last && placeOf(last, search.sort), direction: "older", limit: CSV_CHUNK });
  const { q, role, filter } = search;
  const first = await db().$transaction(async (tx) => {
    await recordAudit(tx, admin.actor, {
      action: "users.exported",
      target: { kind: "export", id: "users" },
      after: { conditions: Object.fromEntries(Object.entries({ q, role, filter }).filter(([, value]) => value)) },
    });
    return (await sqlIn(tx, ...chunkAfter(null))).map(toListed);
  });
  return csvChunks(COLUMNS, first, lineOf, async (last) => {
    return (await sql(...chunkAfter(last))).map(toListed);
  });
}

function lineOf(user: ListedUser): string {
  return csvLine([
    user.id,
    user.email,
    user.name,
    user.role,
    user.isBanned ? "banned" : "active",
    user.credits,
    user.keys,
    user.createdAt.toISOString(),
    user.lastSeenAt?.toISOString() ?? "",
    user.externalId ?? "",
  ]);
}
