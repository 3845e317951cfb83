import "server-only";
import type { CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { NEW_ACCOUNT_ID } from "./create";

export type ApiAccount = {
  id: string;
  account_id: string;
  name: string;
  description: string;
  is_active: boolean;
  created_at: Date;
};

/** The user's API account, made on first use. Of several first uses at once, all get the same one. */
export async function getApiAccount(owner: CurrentUser): Promise<ApiAccount> {
  const select = () =>
    sql<ApiAccount>(
      "api-account",
      "SELECT id, account_id, name, description, is_active, created_at FROM api_accounts WHERE user_id = $1",
      [owner.id],
    );
  const [existing] = await select();
  if (existing) return existing;
  await sql(
    "create-api-account",
    `INSERT INTO api_accounts (id, account_id, user_id, name) VALUES (gen_random_uuid(), ${NEW_ACCOUNT_ID}, $1, 'API account')
     ON CONFLICT (user_id) DO NOTHING`,
    [owner.id],
  );
  const [created] = await select();
  if (!created) throw new Error("the API account is missing after it was made");
  return created;
}
