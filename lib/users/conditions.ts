import "server-only";
import type { AddValue } from "@/lib/database/statements";
import { contains, USER_TEXT } from "@/lib/database/text-search";
import { selectFormer } from "@/lib/identity/former-ids";
import { readVisibleParts, whereHint } from "@/lib/keys/visible-part";
import { isAccountId, isUuid } from "@/lib/values/ids";
import type { UserConditions } from "./schemas";

/** On the columns of `users`. */
export function userConditions({ q, role, filter }: UserConditions, add: AddValue): string[] {
  return [
    ...(q ? [whereUser(q, add)] : []),
    // Written out, for the partial indexes to be found.
    ...(role ? [`role = '${role}'`] : []),
    ...(filter === "banned" ? ["banned"] : []),
    ...(filter === "low-credits" ? ["low_on_credits"] : []),
  ];
}

/** Of the people whom several sources call the same. */
const MOST_OF_ONE_ID = 20;

/** Part of an address or a name, an id of theirs here or elsewhere, or the visible part of a key of theirs. */
export function whereUser(q: string, add: AddValue): string {
  if (isUuid(q)) return `id = ${add("id", q)}::uuid`;
  if (isAccountId(q)) return `id IN (SELECT user_id FROM api_accounts WHERE account_id = ${add("account", q)})`;
  const parts = readVisibleParts(q).filter(({ format }) => format);
  if (parts.length > 0)
    return `id IN (SELECT k.user_id FROM api_keys k WHERE ${parts.map((part) => whereHint(part, add)).join(" OR ")})`;
  // An array, so that each of the two ways has its index.
  const former = `ARRAY(${selectFormer(q, add)} LIMIT ${MOST_OF_ONE_ID})`;
  return `(${contains(USER_TEXT, q, (value) => add("q", value))} OR id = ANY(${former}))`;
}
