import { narrows } from "./narrowing";
import { DEFAULT_PERMISSIONS, grants, type Permissions } from "./permissions";
import type { CountedRefusalCode } from "./verdicts";

/** What a key may be used for, besides how long it lives. */
export type KeyLimits = { permissions: Permissions };
export type LimitName = keyof KeyLimits;

/** What a call says of itself that limits are about. */
export type LimitedCall = { permission?: string | null };

/** Each of them, for queries that name the fields they read. */
export const LIMIT_FIELDS = { permissions: true } as const satisfies Record<LimitName, true>;

/** Of a key that was made without a word about them. */
export const DEFAULT_LIMITS: KeyLimits = { permissions: DEFAULT_PERMISSIONS };

type Limit = {
  allows: (limits: KeyLimits, call: LimitedCall) => boolean;
  refusal: CountedRefusalCode;
  narrows: (current: KeyLimits, wanted: KeyLimits) => boolean;
};

/** In the order in which they are told. */
const LIMITS: Record<LimitName, Limit> = {
  permissions: {
    allows: ({ permissions }, { permission }) => permission == null || grants(permissions, permission),
    refusal: "INSUFFICIENT_PERMISSIONS",
    narrows: (current, wanted) => narrows(current.permissions, wanted.permissions),
  },
};

export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];
const IN_ORDER: readonly Limit[] = LIMIT_NAMES.map((name) => LIMITS[name]);

/** The limits alone, of whatever has them. */
export function pickLimits({ permissions }: KeyLimits): KeyLimits {
  return { permissions };
}

/** What a call is refused with that a key's limits do not allow. */
export function refuseCall(limits: KeyLimits, call: LimitedCall): CountedRefusalCode | null {
  for (const { allows, refusal } of IN_ORDER) if (!allows(limits, call)) return refusal;
  return null;
}

/** The first limit that would allow what it does not now: a key may lose what it was allowed, never gain any. */
export function findWidened(current: KeyLimits, wanted: KeyLimits): LimitName | null {
  return LIMIT_NAMES.find((name) => !LIMITS[name].narrows(current, wanted)) ?? null;
}
