import "server-only";
import { maskCredentials } from "@latchkey/rule/credentials";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { type AuditRecord, latestAudit } from "@/lib/audit/list";
import { db } from "@/lib/database/client";
import { AppError } from "@/lib/values/errors";
import { isUuid, MAX_ID } from "@/lib/values/ids";
import { describeKey, type KeyPage, keyPageSelect } from "./own-key-page";

const AUDIT_LENGTH = 25;

export type AdminKeyPage = Omit<KeyPage, "events"> & {
  /** The number that the admin API and the audit log know it by. */
  id: number;
  deletedAt: Date | null;
  owner: { id: string; email: string; name: string; credits: number; isBanned: boolean };
  /** The latest entries about it. */
  entries: AuditRecord[];
};

const select = {
  ...keyPageSelect,
  user: { select: { id: true, email: true, name: true, credits: true, banned: true } },
} as const;

/**
 * All that staff see of anyone's key, deleted ones included. `idText`: its uuid or its number.
 * @throws AppError API_KEY_NOT_FOUND
 */
export async function getAnyKeyPage(admin: CurrentAdmin, idText: string): Promise<AdminKeyPage> {
  const where = whereOf(idText);
  const key = where && (await db().apiKey.findFirst({ where, select }));
  if (!key) throw new AppError("API_KEY_NOT_FOUND");
  const now = new Date();
  const { user, ...own } = key;
  const [page, entries] = await Promise.all([
    describeKey(own, now),
    latestAudit(admin, AUDIT_LENGTH, { kind: "api_key", id: String(key.id) }),
  ]);
  return {
    ...page,
    name: maskCredentials(page.name),
    id: key.id,
    deletedAt: key.deletedAt,
    owner: { id: user.id, email: user.email, name: user.name, credits: Number(user.credits), isBanned: user.banned },
    entries,
  };
}

function whereOf(idText: string): { uuid: string } | { id: number } | null {
  if (isUuid(idText)) return { uuid: idText };
  const id = /^[1-9]\d{0,9}$/.test(idText) ? Number(idText) : 0;
  return id > 0 && id <= MAX_ID ? { id } : null;
}
