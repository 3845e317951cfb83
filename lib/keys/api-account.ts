import "server-only";
import type { CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { bool, instant, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { NEW_ACCOUNT_ID } from "./create";

const ACCOUNT = { id: uuid, account_id: text, name: text, description: text, is_active: bool, created_at: instant };

export type ApiAccount = RowOf<typeof ACCOUNT>;

const FIND = statement(
  "api-account",
  ACCOUNT,
  `SELECT a.id, account_id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email) AS name, description, is_active,
     a.created_at
   FROM api_accounts a JOIN users u ON u.id = a.user_id WHERE a.user_id = $owner`,
);
const CREATE = statement(
  "create-api-account",
  {},
  `INSERT INTO api_accounts (id, account_id, user_id, name) VALUES (gen_random_uuid(), ${NEW_ACCOUNT_ID}, $owner, 'API account')
   ON CONFLICT (user_id) DO NOTHING`,
);

/** The user's API account, which is called as they are, made on first use. Of several first uses at once, all get the same one. */
export async function getApiAccount(owner: CurrentUser): Promise<ApiAccount> {
  const values = { owner: owner.id };
  const [existing] = await sql(FIND, values);
  if (existing) return existing;
  await sql(CREATE, values);
  const [created] = await sql(FIND, values);
  if (!created) throw new Error("the API account is missing after it was made");
  return created;
}
