import { type UserPlace, type UserSearch, writeUserPlace } from "@/lib/users/schemas";

/** The list with something changed. Any change but turning the page goes back to its beginning. */
export function usersAddress(search: UserSearch, change: Partial<UserSearch> = {}, path = "/admin/users"): string {
  const beginning = { after: null, before: null, last: null, jump: null };
  const { q, role, filter, sort, after, before, last, jump } = { ...search, ...beginning, ...change };
  const place = (at: UserPlace | null) => at && writeUserPlace(at);
  const query = new URLSearchParams();
  const order = { sort: sort === "created" ? null : sort, after: place(after), before: place(before), last: last && "1", jump };
  const parts = { q, role, filter, ...order };
  for (const [name, value] of Object.entries(parts)) if (value) query.set(name, value);
  return query.size > 0 ? `${path}?${query}` : path;
}
