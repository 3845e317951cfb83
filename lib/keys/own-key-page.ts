import "server-only";
import { maskCredential } from "@latchkey/rule/credentials";
import { keyState } from "@latchkey/rule/status";
import type { CurrentUser } from "@/lib/audit/actors";
import { type EntryReceipts, type KeptReceipts, sqlChangeOf, sqlKept, toEntryReceipts } from "@/lib/audit/receipts";
import { db, sql } from "@/lib/database/client";
import { PRESENT, readLimits } from "@/lib/database/key-columns";
import { instant, json, nullable, statement, text } from "@/lib/database/statements";
import { listUsageDays, type UsageDay } from "@/lib/usage/days";
import { CHART_DAYS } from "@/lib/values/days";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { findOutcomes, type Outcomes } from "@/lib/verification/counts";
import { findRefusals, type Refusal } from "@/lib/verification/refusals";
import type { Prisma } from "@/prisma/generated/client";
import { ownSelect } from "./list";
import { findReplaced, type KeyRow } from "./search";

const AUDIT_LENGTH = 100;

export type KeyEvent = {
  id: string;
  at: Date;
  actorKind: string;
  action: string;
  address: string | null;
  receipts: EntryReceipts | null;
};

export type KeyPage = Omit<KeyRow, "dailyCalls"> & {
  note: string | null;
  selfRotation: boolean;
  regeneratedAt: Date | null;
  /** Of a disabled key: "owner", "staff" or "leak". */
  disabledBy: string | null;
  totalUses: number;
  /** UTC days up to today, oldest first. */
  days: UsageDay[];
  outcomes: Outcomes;
  /** The latest first. */
  refusals: Refusal[];
  /** What was done to it, the latest first. */
  events: KeyEvent[];
};

export const keyPageSelect = {
  ...ownSelect,
  id: true,
  note: true,
  selfRotation: true,
  weak: true,
  regeneratedAt: true,
  disabledBy: true,
} as const;

/**
 * All that a key's own page shows. Someone else's, an unknown and a malformed id are the same error.
 * @throws AppError API_KEY_NOT_FOUND
 */
export async function getKeyPage(owner: CurrentUser, uuid: string): Promise<KeyPage> {
  const key = isUuid(uuid)
    ? await db().apiKey.findFirst({ where: { uuid, userId: owner.id, ...PRESENT }, select: keyPageSelect })
    : null;
  if (!key) throw new AppError("API_KEY_NOT_FOUND");
  const [page, events] = await Promise.all([describeKey(key, new Date()), findEvents(key.id)]);
  return { ...page, events };
}

type SelectedKey = Prisma.ApiKeyGetPayload<{ select: typeof keyPageSelect }>;

/** The key's facts and its use, without what was done to it. */
export async function describeKey(key: SelectedKey, now: Date): Promise<Omit<KeyPage, "events">> {
  const [replaced, days, outcomes, refusals] = await Promise.all([
    findReplaced([key.id], now),
    listUsageDays({ ownerId: null, keyId: key.id }, now, CHART_DAYS),
    findOutcomes(key.id, now, CHART_DAYS),
    findRefusals(key.id),
  ]);
  const live = replaced.get(key.id) ?? [];
  return {
    uuid: key.uuid,
    name: key.name,
    note: key.note,
    selfRotation: key.selfRotation,
    masked: maskCredential(key.format, key.hint),
    isWeak: key.weak,
    ...readLimits(key),
    state: keyState({ ...key, replacedUntil: live[0]?.validUntil ?? null }, now),
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    revokedAt: key.revokedAt,
    disabledAt: key.disabledAt,
    disabledBy: key.disabledBy,
    regeneratedAt: key.regeneratedAt,
    lastUsedAt: key.lastUsedAt,
    totalUses: Number(key.totalUses),
    replaced: live,
    days,
    outcomes,
    refusals,
  };
}

const EVENTS = statement(
  "key-events",
  {
    id: text,
    at: instant,
    actor_kind: text,
    action: text,
    address: nullable(text),
    kept: nullable(json<KeptReceipts>()),
    change: nullable(text),
  },
  `SELECT a.id::text, a.at, a.actor_kind, a.action, a.address, ${sqlKept("a")} AS kept, ${sqlChangeOf("a")} AS change
   FROM (
     SELECT * FROM audit_entries WHERE target_kind = 'api_key' AND target_id = $key ORDER BY at DESC, id DESC LIMIT ${AUDIT_LENGTH}) a
   ORDER BY a.at DESC, a.id DESC`,
);

async function findEvents(keyId: number): Promise<KeyEvent[]> {
  const rows = await sql(EVENTS, { key: String(keyId) });
  // Where staff work from is not the owner's business.
  const isTold = (kind: string) => kind === "user" || kind === "api_key";
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actorKind: row.actor_kind,
    action: row.action,
    address: isTold(row.actor_kind) ? row.address : null,
    receipts: toEntryReceipts(row),
  }));
}
