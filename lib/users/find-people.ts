import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { collectValues, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { whereUser } from "./conditions";

const PERSON = { id: uuid, email: text, name: text };
export type FoundPerson = RowOf<typeof PERSON>;

const SHOWN = 8;

/** People by whatever the list of users finds them by, the newest first, for a choice among a few. */
export async function findPeople(_admin: CurrentAdmin, typed: string): Promise<FoundPerson[]> {
  if (typed === "") return [];
  return sql(...peopleQuery(typed));
}

export function peopleQuery(typed: string) {
  const { values, add } = collectValues();
  const query = `SELECT id, email, name FROM users WHERE ${whereUser(typed, add)} ORDER BY created_at DESC, id DESC LIMIT ${SHOWN}`;
  // Planned anew each time: what is right for a rare word is wrong for a common one.
  return [statement("", PERSON, query), values] as const;
}
