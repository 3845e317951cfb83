import "server-only";
import { maskCredential } from "@latchkey/rule/credentials";
import { type KeyState, keyState, LIFE_FIELDS } from "@latchkey/rule/status";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { db } from "@/lib/database/client";
import { PRESENT, REVOCABLE } from "@/lib/database/key-columns";
import { findReplaced } from "@/lib/keys/search";
import { writtenAddress } from "@/lib/request/written-address";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import type { Prisma } from "@/prisma/generated/client";
import { type Adjustment, listAdjustments } from "./adjust-credits";

/** The rest is in the list of keys. */
const KEYS_SHOWN = 10;
const ADJUSTMENTS_SHOWN = 5;
const SESSIONS_SHOWN = 20;
const FORMER_IDS_SHOWN = 20;

const select = {
  id: true,
  email: true,
  emailVerified: true,
  name: true,
  phoneNumber: true,
  timezone: true,
  role: true,
  banned: true,
  banReason: true,
  credits: true,
  createdAt: true,
  lastLoginAt: true,
  apiAccount: { select: { accountId: true } },
  formerIds: {
    select: { source: true, id: true },
    orderBy: [{ addedAt: "asc" }, { source: "asc" }, { id: "asc" }],
    take: FORMER_IDS_SHOWN,
  },
} satisfies Prisma.UserSelect;

const keySelect = {
  id: true,
  name: true,
  format: true,
  hint: true,
  createdAt: true,
  ...LIFE_FIELDS,
  lastUsedAt: true,
} satisfies Prisma.ApiKeySelect;

export type UserKey = { id: number; name: string; masked: string; state: KeyState; createdAt: Date; lastUsedAt: Date | null };
export type UserSession = { id: string; createdAt: Date; ipAddress: string | null; userAgent: string | null };

/** All that staff see of one user, but for usage and audit. */
export type UserPage = Omit<Prisma.UserGetPayload<{ select: typeof select }>, "credits" | "banned" | "apiAccount"> & {
  credits: number;
  isBanned: boolean;
  accountId: string | null;
  /** The newest ones, how many there are, and how many of those are not revoked. */
  keys: UserKey[];
  keyCount: number;
  unrevokedCount: number;
  adjustments: Adjustment[];
  /** What was brought over from elsewhere. */
  imports: Adjustment[];
  sessions: UserSession[];
  sessionCount: number;
};

/** @throws AppError USER_NOT_FOUND for a malformed id as well */
export async function getUserPage(_admin: CurrentAdmin, id: string): Promise<UserPage> {
  const now = new Date();
  const user = isUuid(id) ? await db().user.findUnique({ where: { id }, select }) : null;
  if (!user) throw new AppError("USER_NOT_FOUND");
  const present = { userId: user.id, ...PRESENT };
  const open = { userId: user.id, expiresAt: { gt: now } };
  const [keys, keyCount, unrevokedCount, adjustments, imports, sessions, sessionCount] = await Promise.all([
    findKeys(user.id, now),
    db().apiKey.count({ where: present }),
    db().apiKey.count({ where: { ...present, ...REVOCABLE } }),
    listAdjustments(db(), user.id, ADJUSTMENTS_SHOWN),
    listAdjustments(db(), user.id, ADJUSTMENTS_SHOWN, "import"),
    db().session.findMany({
      where: open,
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: SESSIONS_SHOWN,
      select: { id: true, createdAt: true, ipAddress: true, userAgent: true },
    }),
    db().session.count({ where: open }),
  ]);
  const { apiAccount, banned, credits, ...facts } = user;
  return {
    ...facts,
    credits: Number(credits),
    isBanned: banned,
    accountId: apiAccount?.accountId ?? null,
    keys,
    keyCount,
    unrevokedCount,
    adjustments,
    imports,
    sessions: sessions.map((session) => ({ ...session, ipAddress: writtenAddress(session.ipAddress) })),
    sessionCount,
  };
}

async function findKeys(userId: string, now: Date): Promise<UserKey[]> {
  const keys = await db().apiKey.findMany({
    where: { userId, ...PRESENT },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: KEYS_SHOWN,
    select: keySelect,
  });
  const replaced = await findReplaced(
    keys.map(({ id }) => id),
    now,
  );
  return keys.map((key) => ({
    id: key.id,
    name: key.name,
    masked: maskCredential(key.format, key.hint),
    state: keyState({ ...key, replacedUntil: replaced.get(key.id)?.[0]?.validUntil ?? null }, now),
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt,
  }));
}
