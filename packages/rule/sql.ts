import { EXPIRING_DAYS, INACTIVE_STATUSES, type InactiveStatus, type KeyLife, type KeyStatus } from "./status";

/**
 * The rules of a key's status for queries, each the twin of a function in `status.ts`; a database test holds them
 * together. `key` is what the query calls the table of keys, or whatever has its columns; `now` is an expression of the
 * instant asked about.
 */
export type Asked = { key: string; now: string };

/** The columns of `KeyLife`. */
export type LifeRow = {
  expires_at: Date | null;
  revoked_at: Date | null;
  disabled_at: Date | null;
  deleted_at: Date | null;
};

const LIFE_COLUMNS: Record<keyof LifeRow, true> = { expires_at: true, revoked_at: true, disabled_at: true, deleted_at: true };

export function selectLife(key: string): string {
  return Object.keys(LIFE_COLUMNS)
    .map((column) => `${key}.${column}`)
    .join(", ");
}

export function readLife(row: LifeRow): KeyLife {
  return { expiresAt: row.expires_at, revokedAt: row.revoked_at, disabledAt: row.disabled_at, deletedAt: row.deleted_at };
}

/** When a key ends, as the index has it: rows do not compare with what is null. */
export function endOf(key: string): string {
  return `coalesce(${key}.expires_at, 'infinity'::timestamptz)`;
}

/** What makes a key other than active. */
const HOLDS: Record<InactiveStatus, (asked: Asked) => string> = {
  revoked: ({ key }) => `${key}.revoked_at IS NOT NULL`,
  expired: ({ key, now }) => `${endOf(key)} <= ${now}`,
  disabled: ({ key }) => `${key}.disabled_at IS NOT NULL`,
};

/** `keyStatus`. The planner turns what is negated here into what the partial indexes say. */
export function whereStatus(status: KeyStatus, asked: Asked): string {
  const earlier = status === "active" ? INACTIVE_STATUSES : INACTIVE_STATUSES.slice(0, INACTIVE_STATUSES.indexOf(status));
  const own = status === "active" ? [] : [HOLDS[status](asked)];
  return [...earlier.map((other) => `NOT (${HOLDS[other](asked)})`), ...own].join(" AND ");
}

/** Not deleted: what lists show. */
export function wherePresent(key: string): string {
  return `${key}.deleted_at IS NULL`;
}

/** `isUsable` */
export function whereUsable(asked: Asked): string {
  return `${wherePresent(asked.key)} AND ${whereStatus("active", asked)}`;
}

/** Present, and neither revoked nor expired: it works, or will when it is enabled. */
export function whereLasting(asked: Asked): string {
  return `${wherePresent(asked.key)} AND NOT (${HOLDS.revoked(asked)}) AND NOT (${HOLDS.expired(asked)})`;
}

/** `keyState` is "expiring". Said twice: one index counts by the column, another orders by when a key ends. */
export function whereExpiring(asked: Asked): string {
  const { key, now } = asked;
  return `${whereStatus("active", asked)} AND ${endsSoon(asked)} AND ${key}.expires_at > ${now} AND ${key}.expires_at <= ${soon(now)}`;
}

/** Present, and of any status but "revoked". */
export function whereRevocable(key: string): string {
  return `${wherePresent(key)} AND NOT (${whereStatus("revoked", { key, now: "now()" })})`;
}

/** `keyState`, as an expression; besides the columns of a key it reads `replaced_until`. */
export function selectState(asked: Asked): string {
  const inactive = INACTIVE_STATUSES.map((status) => `WHEN ${HOLDS[status](asked)} THEN '${status}'`);
  return `CASE ${inactive.join(" ")}
    WHEN ${endsSoon(asked)} THEN 'expiring'
    WHEN ${asked.key}.replaced_until > ${asked.now} THEN 'replaced'
    ELSE 'active' END`;
}

function endsSoon({ key, now }: Asked): string {
  return `${endOf(key)} <= ${soon(now)}`;
}

function soon(now: string): string {
  return `${now} + interval '${EXPIRING_DAYS * 24} hours'`;
}
