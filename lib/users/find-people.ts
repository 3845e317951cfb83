import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { contains, USER_TEXT } from "@/lib/database/text-search";

export type FoundPerson = { id: string; email: string; name: string };

const SHOWN = 8;

/** People by part of their e-mail address or name, the newest first, for a choice among a few. */
export async function findPeople(_admin: CurrentAdmin, typed: string): Promise<FoundPerson[]> {
  if (typed === "") return [];
  const values: string[] = [];
  const condition = contains(USER_TEXT, typed, (value) => `$${values.push(value)}`);
  const text = `SELECT id, email, name FROM users WHERE ${condition} ORDER BY created_at DESC, id DESC LIMIT ${SHOWN}`;
  // Planned anew each time: what is right for a rare word is wrong for a common one.
  return sql<FoundPerson>("", text, values);
}
