import "server-only";
import { type KeyFormat, maskCredential, maskCredentials } from "@latchkey/rule/credentials";
import { readLife, selectLife } from "@latchkey/rule/sql";
import { keyState } from "@latchkey/rule/status";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { FORMAT, LIFE, LIMITS, readLimits, selectLimits } from "@/lib/database/key-columns";
import {
  type AddValue,
  bool,
  collectValues,
  instant,
  int,
  nullable,
  type RowOf,
  type Statement,
  statement,
  text,
  uuid,
  type Values,
} from "@/lib/database/statements";
import { listDailyCalls } from "@/lib/usage/days";
import { pageOf } from "@/lib/values/keyset";
import { countKeys, type KeyCounts, NO_COUNTS } from "./admin-counts";
import { effectiveSort, findStep, type Order, orderOf, type Step } from "./admin-order";
import type { AdminKeyConditions, AdminKeyPlace, AdminKeySearch } from "./admin-schemas";
import { type FoundCredential, findNamed, type KeyConditions, keyConditions, type Named, type Unknown } from "./admin-search";
import { findReplaced, type KeyRow } from "./search";

const ADMIN_PAGE_SIZE = 25;
const BEGINNING: AdminKeyPlace = { after: null, before: null, last: null, jump: "" };

/** As the owner's list has it, and whose it is. A deleted key also has the state that it would have. */
export type AdminKeyRow = KeyRow & {
  id: number;
  format: KeyFormat;
  totalUses: number;
  deletedAt: Date | null;
  owner: { id: string; email: string; isBanned: boolean };
};

export type AdminKeyListing = {
  keys: AdminKeyRow[];
  /** Ids of keys beside which the pages before and after this one begin. */
  newer: number | null;
  older: number | null;
  counts: KeyCounts;
  /** What the digest is of. */
  credential: FoundCredential | null;
  /** What was asked for and does not exist: then there are no keys. */
  unknown: Unknown["unknown"] | null;
};

const LISTED = {
  id: int,
  uuid,
  name: text,
  format: FORMAT,
  hint: text,
  weak: bool,
  ...LIMITS,
  total_uses: int,
  created_at: instant,
  ...LIFE,
  last_used_at: nullable(instant),
  owner_id: uuid,
  owner_email: text,
  owner_banned: bool,
  place: text,
};

export type AdminKeyRecord = RowOf<typeof LISTED>;

type Query = readonly [Statement<typeof LISTED>, Values];

/** `named`: what the conditions name. A page costs the same wherever it is. */
export function adminKeyQuery(search: AdminKeyConditions, named: Named, step: Step): Query {
  const { values, add } = collectValues();
  const sort = effectiveSort(search);
  const order = orderOf(sort);
  const found = foundSql(keyConditions(search, named, add), order, step, add);
  const shown = order.isDescending ? "DESC" : "ASC";
  const written = `
    SELECT k.id, k.uuid, k.name, k.format, k.hint, k.weak, ${selectLimits("k")}, k.total_uses, k.created_at, ${selectLife("k")}, k.last_used_at,
      u.id AS owner_id, u.email AS owner_email, u.banned AS owner_banned, found.place::text AS place
    FROM (${found}) found JOIN api_keys k ON k.id = found.id JOIN users u ON u.id = k.user_id
    ORDER BY found.place ${shown}, found.id ${shown}`;
  // A search is planned anew each time: what is right for a rare word is wrong for a common one.
  const isPlanned = search.q === "" && named.ownerId === null && named.credential === null;
  const parts = [
    "admin-keys",
    sort,
    search.status ?? "none",
    search.format ?? "any",
    search.hash ?? "any",
    step.direction,
    step.place ? "place" : "first",
    step.limit,
  ];
  return [statement(isPlanned ? parts.join("-") : "", LISTED, written), values];
}

/** Ids and places of the page. Each branch reads no more of its index than the page needs. */
function foundSql({ all, branches }: KeyConditions, { by, type, isDescending }: Order, step: Step, add: AddValue): string {
  const isDown = isDescending === (step.direction === "older");
  const direction = isDown ? "DESC" : "ASC";
  const conditions = [...all];
  if (step.place) {
    const at = `(${add("place", step.place.value)}::${type}, ${add("key", step.place.id)}::int)`;
    conditions.push(`(${by}, k.id) ${isDown ? "<" : ">"} ${at}`);
  }
  const selects = branches.map((branch) => {
    const where = [...conditions, ...branch].join(" AND ");
    return `(SELECT k.id, ${by} AS place FROM api_keys k ${where && `WHERE ${where}`} ORDER BY ${by} ${direction}, k.id ${direction} LIMIT ${step.limit})`;
  });
  if (selects.length === 1) return selects.join("");
  return `SELECT id, place FROM (${selects.join(" UNION ")}) branches ORDER BY place ${direction}, id ${direction} LIMIT ${step.limit}`;
}

/** A page of the keys of everyone. */
export async function listKeys(admin: CurrentAdmin, search: AdminKeySearch): Promise<AdminKeyListing> {
  const named = await findNamed(search);
  if ("unknown" in named)
    return { keys: [], newer: null, older: null, counts: NO_COUNTS, credential: null, unknown: named.unknown };
  const { place, direction } = await findStep(search, { sort: effectiveSort(search), timeZone: admin.timeZone });
  const read = (step: Omit<Step, "limit">) => sql(...adminKeyQuery(search, named, { ...step, limit: ADMIN_PAGE_SIZE + 1 }));
  const [found, counts] = await Promise.all([read({ place, direction }), countKeys(search, named)]);
  // Before the first there is nothing: that is the first page again.
  if (found.length === 0 && direction === "newer") return listKeys(admin, { ...search, ...BEGINNING });
  const { rows, newer, older } = pageOf(found, ADMIN_PAGE_SIZE, direction, place !== null);
  const { credential } = named;
  return { keys: await withUse(rows), newer: newer?.id ?? null, older: older?.id ?? null, counts, credential, unknown: null };
}

async function withUse(records: AdminKeyRecord[]): Promise<AdminKeyRow[]> {
  const now = new Date();
  const ids = records.map(({ id }) => id);
  const [calls, replaced] = await Promise.all([listDailyCalls(ids), findReplaced(ids, now)]);
  return records.map((record) => {
    const live = replaced.get(record.id) ?? [];
    return {
      ...describe(record, now, live[0]?.validUntil ?? null),
      replaced: live,
      dailyCalls: calls.get(record.id) ?? [],
    };
  });
}

/** Without credentials, also where someone gave one as a name. */
export function describe(record: AdminKeyRecord, now: Date, replacedUntil: Date | null) {
  const life = readLife(record);
  return {
    ...life,
    id: record.id,
    uuid: record.uuid,
    name: maskCredentials(record.name),
    format: record.format,
    masked: maskCredential(record.format, record.hint),
    isWeak: record.weak,
    ...readLimits(record),
    state: keyState({ ...life, replacedUntil }, now),
    createdAt: record.created_at,
    lastUsedAt: record.last_used_at,
    totalUses: record.total_uses,
    owner: {
      id: record.owner_id,
      email: record.owner_email,
      isBanned: record.owner_banned,
    },
  };
}
