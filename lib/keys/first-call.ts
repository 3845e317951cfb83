import "server-only";
import { wherePresent } from "@latchkey/rule/sql";
import type { CountedRefusalCode } from "@latchkey/rule/verdicts";
import type { CurrentUser } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { instant, int, nullable, statement } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { findFirstVerdict } from "@/lib/verification/counts";

/** Whether a key has been seen to work: a program's call with it was let in or reported. `refused`: so far none was let in. */
export type FirstCall = { state: "none" } | { state: "made" } | { state: "refused"; code: CountedRefusalCode };

const FIND = statement(
  "last-use",
  { id: int, last_used_at: nullable(instant) },
  `SELECT id, last_used_at FROM api_keys k WHERE uuid = $uuid::uuid AND user_id = $owner::uuid AND ${wherePresent("k")}`,
);

/**
 * Someone else's, an unknown and a malformed id are the same error.
 * @throws AppError API_KEY_NOT_FOUND
 */
export async function findFirstCall(owner: Pick<CurrentUser, "id">, uuid: string): Promise<FirstCall> {
  const [key] = isUuid(uuid) ? await sql(FIND, { uuid, owner: owner.id }) : [];
  if (!key) throw new AppError("API_KEY_NOT_FOUND");
  if (key.last_used_at) return { state: "made" };
  const code = await findFirstVerdict(key.id);
  if (code === null) return { state: "none" };
  return code === "VALID" ? { state: "made" } : { state: "refused", code };
}
