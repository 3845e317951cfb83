import "server-only";
import { CREDENTIAL_FORMATS } from "@latchkey/rule/credentials";
import { knownForms } from "@latchkey/rule/known-forms";
import { wherePresent } from "@latchkey/rule/sql";
import { sql } from "@/lib/database/client";
import { type AddValue, collectValues, int, statement, text } from "@/lib/database/statements";
import { boundedCount, type Count, MAX_COUNTED, toCount } from "@/lib/values/bounded-count";
import {
  ADMIN_FORMAT_FILTERS,
  ADMIN_STATUS_FILTERS,
  type AdminFormatFilter,
  type AdminKeyConditions,
  type AdminKeyFilter,
} from "./admin-schemas";
import { exactBranches, keyConditions, type Named, textBranches, whereFormat, whereListed } from "./admin-search";

/** What each filter would find, whatever else is asked for; null is for the list without it. What is not known is not there. */
export type KeyCounts = {
  found: Count | null;
  statuses: ReadonlyMap<AdminKeyFilter | null, Count>;
  formats: ReadonlyMap<AdminFormatFilter | null, Count>;
};

export const NO_COUNTS: KeyCounts = { found: null, statuses: new Map(), formats: new Map() };

const STATUSES = [null, ...ADMIN_STATUS_FILTERS];
const ROW = { name: text, counted: int };

/** What the list can be narrowed to: others than ours where there can be any. */
export function formatFilters(): (AdminFormatFilter | null)[] {
  return [null, ...(knownForms().length > 0 ? ADMIN_FORMAT_FILTERS : CREDENTIAL_FORMATS)];
}

/** Each count reads no further than lists count. What a text is found in is looked up once, no further either. */
export function keyCountsQuery(search: AdminKeyConditions, named: Named) {
  const { values, add } = collectValues();
  const source = search.q ? "found k" : "api_keys k";
  const whereOf = search.q ? whereFound : (wanted: AdminKeyConditions) => whereWanted(wanted, named, add);
  const countOf = (name: string, conditions: string[]) => {
    const where = conditions.join(" AND ");
    return `SELECT '${name}' AS name, ${boundedCount(`FROM ${source}${where && ` WHERE ${where}`}`)} AS counted`;
  };
  const counts = variantsOf(search).map(([name, wanted]) => countOf(name, whereOf(wanted)));
  if (search.q) counts.push(countOf("looked at", []));
  const found = search.q ? `WITH found AS MATERIALIZED (${foundSql(search.q, named, add)}) ` : "";
  return [statement("", ROW, `${found}${counts.join(" UNION ALL ")}`), values] as const;
}

/** Of a rotation, each count would read all keys: nothing but what is listed is counted then. */
function variantsOf(search: AdminKeyConditions): [string, AdminKeyConditions][] {
  if (search.hash) return [["found", search]];
  return [
    ["found", search],
    ...STATUSES.map((status): [string, AdminKeyConditions] => [`status ${status}`, { ...search, status }]),
    ...formatFilters().map((format): [string, AdminKeyConditions] => [`format ${format}`, { ...search, format }]),
  ];
}

function whereWanted(wanted: AdminKeyConditions, named: Named, add: AddValue): string[] {
  const { all, branches } = keyConditions(wanted, named, add);
  return [...all, ...branches.flat()];
}

/** As the list has it: what names one key finds it, deleted or not. */
function whereFound({ status, format }: AdminKeyConditions): string[] {
  return [
    status && status !== "all" ? whereListed(status) : `(${wherePresent("k")} OR k.is_exact)`,
    ...(format ? [whereFormat(format)] : []),
  ];
}

function foundSql(q: string, { ownerId }: Named, add: AddValue): string {
  const owner = ownerId ? [`k.user_id = ${add("owner", ownerId)}::uuid`] : [];
  const select = (conditions: string[], isExact: boolean) =>
    `(SELECT k.id, ${isExact} AS is_exact FROM api_keys k WHERE ${[...owner, ...conditions].join(" AND ")} LIMIT ${MAX_COUNTED + 1})`;
  const branches = [
    ...exactBranches(q, add).map((branch) => select(branch, true)),
    ...textBranches(q, add).map((branch) => select([branch], false)),
  ];
  return `SELECT k.*, f.is_exact FROM api_keys k JOIN (
    SELECT id, bool_or(is_exact) AS is_exact FROM (${branches.join(" UNION ALL ")}) b GROUP BY id LIMIT ${MAX_COUNTED + 1}) f USING (id)`;
}

export async function countKeys(search: AdminKeyConditions, named: Named): Promise<KeyCounts> {
  if (named.credential) return NO_COUNTS;
  const rows = new Map((await sql(...keyCountsQuery(search, named))).map(({ name, counted }) => [name, counted]));
  // Of more than were looked at, each is at least what was counted.
  const isPart = (rows.get("looked at") ?? 0) > MAX_COUNTED;
  const countsOf = <Value>(kind: string, choices: readonly Value[]) =>
    new Map(
      choices.flatMap((choice) => {
        const counted = rows.get(`${kind} ${choice}`);
        return counted === undefined ? [] : [[choice, asFound(counted, isPart)] as const];
      }),
    );
  return {
    found: asFound(rows.get("found") ?? 0, isPart),
    statuses: countsOf("status", STATUSES),
    formats: countsOf("format", formatFilters()),
  };
}

function asFound(counted: number, isPart: boolean): Count {
  const count = toCount(counted);
  return { ...count, isMore: count.isMore || isPart };
}
