import "server-only";
import { isNameText } from "@latchkey/rule/plain-text";
import { type Run, sql } from "@/lib/database/client";
import { type AddValue, int, statement, uuid } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";
import { isAccountId, isUuid } from "@/lib/values/ids";

/** Of an id, as of a source's name where it stands before one. */
export const MAX_FORMER_ID_LENGTH = 100;
const SOURCE = /^[a-z0-9][a-z0-9._-]{0,49}$/;

export function isSource(name: string): boolean {
  return SOURCE.test(name);
}

export function isFormerId(id: string): boolean {
  return id.length <= MAX_FORMER_ID_LENGTH && isNameText(id);
}

/** `SOURCE:ID`, or an id that may have a colon of its own. Null where it can be neither. */
function readFormerId(written: string): { source: string; own: string; bare: string } | null {
  const colon = written.indexOf(":");
  const source = written.slice(0, Math.max(0, colon));
  const own = written.slice(colon + 1);
  const isOfSource = isSource(source) && isFormerId(own);
  if (!isOfSource && !isFormerId(written)) return null;
  return { source: isOfSource ? source : "", own, bare: isFormerId(written) ? written : "" };
}

/** Values that nobody's id fits, where it is none: an empty one is kept by nobody. */
export function formerIdValues(written: string) {
  return readFormerId(written) ?? { source: "", own: "", bare: "" };
}

/** SQL for the ids of whoever is called so elsewhere. */
export function selectFormer(written: string, add: AddValue): string {
  const { source, own, bare } = formerIdValues(written);
  return `SELECT user_id FROM former_ids WHERE source = ${add("source", source)} AND id = ${add("own", own)}
    UNION SELECT user_id FROM former_ids WHERE id = ${add("bare", bare)}`;
}

// By our own id first, then by the name of the account, then by source and id, then by an id that several sources may have.
const FIND = statement(
  "find-named-user",
  { id: uuid, rank: int },
  `SELECT id, 1 AS rank FROM users WHERE id = $uuid::uuid
   UNION ALL SELECT user_id, 2 FROM api_accounts WHERE account_id = $account
   UNION ALL SELECT user_id, 3 FROM former_ids WHERE source = $source AND id = $own
   UNION ALL (SELECT DISTINCT user_id, 4 FROM former_ids WHERE id = $bare LIMIT 2)
   ORDER BY rank LIMIT 5`,
);

/**
 * The id of whom a text names: our id, the public name of the account, a former id or `SOURCE:ID`. Null: nobody.
 * @throws AppError AMBIGUOUS_USER_ID for a former id that two people have
 */
export async function findNamedUser(written: string, run: Run = sql): Promise<string | null> {
  const values = {
    uuid: isUuid(written) ? written : null,
    account: isAccountId(written) ? written : null,
    ...formerIdValues(written),
  };
  const [first, second] = await run(FIND, values);
  if (first?.rank === 4 && second) throw new AppError("AMBIGUOUS_USER_ID");
  return first?.id ?? null;
}

export type FormerId = { source: string; id: string };

/** SQL for the former id that tokens carry, a `FormerId` in JSON: the first that the person of this column has, or null. */
export function firstFormer(userColumn: string): string {
  return selectFirst("json_build_object('source', f.source, 'id', f.id)", userColumn);
}

/** SQL for its id alone. */
export function firstFormerId(userColumn: string): string {
  return selectFirst("f.id", userColumn);
}

function selectFirst(what: string, userColumn: string): string {
  return `(SELECT ${what} FROM former_ids f WHERE f.user_id = ${userColumn} ORDER BY f.added_at, f.source, f.id LIMIT 1)`;
}
