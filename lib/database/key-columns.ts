import type { KeyFormat } from "@latchkey/rule/credentials";
import { type KeyLimits, LIMIT_NAMES, type LimitName, pickLimits } from "@latchkey/rule/limits";
import type { Permissions } from "@latchkey/rule/permissions";
import type { LifeRow } from "@latchkey/rule/sql";
import type { KeyLife } from "@latchkey/rule/status";
import { type Column, instant, json, nullable, word } from "./statements";

/** Columns of a key that queries of several rooms read. */
export const LIFE = {
  expires_at: nullable(instant),
  revoked_at: nullable(instant),
  disabled_at: nullable(instant),
  deleted_at: nullable(instant),
} satisfies { [Name in keyof LifeRow]: Column<LifeRow[Name]> };
/** `wherePresent` and `whereRevocable` of the rule, as Prisma's filters. */
export const PRESENT = { deletedAt: null } as const satisfies { [Name in keyof KeyLife]?: null };
export const REVOCABLE = { ...PRESENT, revokedAt: null } as const satisfies { [Name in keyof KeyLife]?: null };

/** A name in the order in which people count: 25 before 249. Expression of an index of keys. */
export const orderOfNames = (name: string) => `lower(${name}) COLLATE "natural_order"`;

export const FORMAT = word<KeyFormat>("key_format");

/** Each limit has a column of its own name. */
export const LIMITS = { permissions: json<Permissions>() } satisfies { [Name in LimitName]: Column<KeyLimits[Name]> };

export function selectLimits(key: string): string {
  return LIMIT_NAMES.map((name) => `${key}.${name}`).join(", ");
}

/** Of a row from wherever: whoever wrote it has checked what a database or Prisma has no type for. */
export function readLimits(row: Record<LimitName, unknown>): KeyLimits {
  return pickLimits(row as KeyLimits);
}

/** For a statement that inserts a key: the columns, what stands for their values, and these. */
export const LIMIT_COLUMNS = LIMIT_NAMES.join(", ");
export const LIMIT_PLACES = LIMIT_NAMES.map((name) => `$${name}::${LIMITS[name].types[0]}`).join(", ");

export function limitValues({ permissions }: KeyLimits): Record<LimitName, unknown> {
  return { permissions: JSON.stringify(permissions) };
}
