import "server-only";
import { isUsable, type KeyLife, LIFE_FIELDS } from "@latchkey/rule/status";
import type { CurrentUser } from "@/lib/audit/actors";
import { db } from "@/lib/database/client";
import { listUsageDays, type UsageDay } from "./days";

const DAYS = 30;

type UsageStatistics = {
  keys: { total: number; active: number };
  calls: number;
  credits: number;
  daily: UsageDay[];
};

type KeyRow = KeyLife & { totalUses: bigint };

/** What a user's keys were used for, from day totals (UTC days): its cost does not grow with the number of calls. */
export async function getUsageStatistics(owner: CurrentUser): Promise<UsageStatistics> {
  const now = new Date();
  const [user, keys, daily] = await Promise.all([
    db().user.findUniqueOrThrow({ where: { id: owner.id }, select: { credits: true } }),
    db().apiKey.findMany({
      where: { userId: owner.id },
      select: { ...LIFE_FIELDS, totalUses: true },
    }),
    listUsageDays({ ownerId: owner.id, keyId: null }, now, DAYS),
  ]);
  return {
    ...countKeys(keys, now),
    credits: Number(user.credits),
    daily,
  };
}

/** Deleted keys are no longer counted, but the calls they made are. */
function countKeys(keys: KeyRow[], now: Date): Pick<UsageStatistics, "keys" | "calls"> {
  const present = keys.filter((key) => !key.deletedAt);
  return {
    keys: { total: present.length, active: keys.filter((key) => isUsable(key, now)).length },
    calls: Number(keys.reduce((sum, key) => sum + key.totalUses, 0n)),
  };
}
