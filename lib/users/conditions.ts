import "server-only";
import type { AddValue } from "@/lib/database/statements";
import { contains, USER_TEXT } from "@/lib/database/text-search";
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

/** Part of an address or a name, an id of theirs, or the visible part of a key of theirs. */
export function whereUser(q: string, add: AddValue): string {
  if (isUuid(q)) return `id = ${add("id", q)}::uuid`;
  if (isAccountId(q)) return `id IN (SELECT user_id FROM api_accounts WHERE account_id = ${add("account", q)})`;
  const parts = readVisibleParts(q).filter(({ format }) => format);
  if (parts.length > 0)
    return `id IN (SELECT k.user_id FROM api_keys k WHERE ${parts.map((part) => whereHint(part, add)).join(" OR ")})`;
  return contains(USER_TEXT, q, (value) => add("q", value));
}
