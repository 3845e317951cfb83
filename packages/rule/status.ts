/** The instants of a key that decide whether it is usable. */
export type KeyLife = { expiresAt: Date | null; revokedAt: Date | null; disabledAt: Date | null; deletedAt: Date | null };

/** Each of them, for queries that name the fields they read. */
export const LIFE_FIELDS = { expiresAt: true, revokedAt: true, disabledAt: true, deletedAt: true } as const satisfies Record<
  keyof KeyLife,
  true
>;

/** "active", and then what a key can be instead: the first of them that holds is its status. */
export const KEY_STATUSES = ["active", "revoked", "expired", "disabled"] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

export const INACTIVE_STATUSES = KEY_STATUSES.filter((status) => status !== "active");
export type InactiveStatus = (typeof INACTIVE_STATUSES)[number];

/** An instant belongs to what follows it: at `expiresAt` a key is expired. */
const HOLDS: Record<InactiveStatus, (key: KeyLife, now: Date) => boolean> = {
  revoked: ({ revokedAt }) => revokedAt !== null,
  expired: ({ expiresAt }, now) => expiresAt !== null && expiresAt <= now,
  disabled: ({ disabledAt }) => disabledAt !== null,
};

/** In the order in which they are told. */
const CHECKS = INACTIVE_STATUSES.map((status) => ({ status, holds: HOLDS[status] }));

/** What a list shows of a key, whoever asks. */
export function keyStatus(key: KeyLife, now: Date): KeyStatus {
  for (const { status, holds } of CHECKS) if (holds(key, now)) return status;
  return "active";
}

/** Whether calls can be made with it, as far as the key alone decides. */
export function isUsable(key: KeyLife, now: Date): boolean {
  return !key.deletedAt && keyStatus(key, now) === "active";
}

const DAY_MS = 24 * 3600 * 1000;
export const EXPIRING_DAYS = 7;

/** What pages show of a key: `replaced` is a key whose earlier credential still works for a while. */
export const KEY_STATES = ["active", "expiring", "replaced", "disabled", "expired", "revoked"] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** `replacedUntil`: the last instant at which an earlier credential of the key still works. */
export function keyState(key: KeyLife & { replacedUntil: Date | null }, now: Date): KeyState {
  const status = keyStatus(key, now);
  if (status !== "active") return status;
  if (key.expiresAt && key.expiresAt.getTime() <= now.getTime() + EXPIRING_DAYS * DAY_MS) return "expiring";
  return key.replacedUntil && key.replacedUntil > now ? "replaced" : "active";
}
