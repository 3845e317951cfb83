import { KEY_STATES, type KeyState } from "@latchkey/rule/status";
import { type Count, toCount } from "@/lib/values/bounded-count";
import { type KeySearch, STATUS_FILTERS, type StatusFilter } from "./search-schemas";

/** A key that was revoked stays in sight for a while. */
export const ASIDE_AFTER_HOURS = 1;
export const JUST_REVOKED = "just revoked";

/** What a list of one's own keys counts a key as. */
export type Listed = KeyState | typeof JUST_REVOKED;

/** What each status would find, whatever the rest of the search is; null is for the list without one. */
export type StatusCounts = { status: StatusFilter | null; count: Count }[];

type Asked = Pick<KeySearch, "status" | "q" | "digest">;

/** Revoked keys are aside where nobody asks for them: whoever searches wants to know of every key that fits. */
export function isAside({ status, q, digest }: Asked): boolean {
  return status === null && q === "" && digest === null;
}

const CURRENT: readonly Listed[] = [...KEY_STATES.filter((state) => state !== "revoked"), JUST_REVOKED];

export function listedBy(search: Asked): readonly Listed[] {
  const { status } = search;
  if (isAside(search)) return CURRENT;
  if (status === null || status === "all") return [...CURRENT, "revoked"];
  return status === "revoked" ? [status, JUST_REVOKED] : [status];
}

export function countStatuses(listed: Partial<Record<Listed, number>>, search: Asked): StatusCounts {
  return [null, ...STATUS_FILTERS].map((status) => {
    const counted = listedBy({ ...search, status }).reduce((sum, each) => sum + (listed[each] ?? 0), 0);
    return { status, count: toCount(counted) };
  });
}
