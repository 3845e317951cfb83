import "server-only";
import { type KeyFormat, maskCredential, maskCredentials } from "@latchkey/rule/credentials";
import { maskedJson } from "@latchkey/rule/masked-json";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { sql } from "@/lib/database/client";
import { instant, int, json, nullable, type RowOf, statement, text, word } from "@/lib/database/statements";
import { boundedCount, type Count, toCount } from "@/lib/values/bounded-count";
import { type Direction, pageOf } from "@/lib/values/keyset";
import { type AuditFilter, resolveConditions } from "./filter";
import { type EntryReceipts, type KeptReceipts, sqlChangeOf, sqlKept, toEntryReceipts } from "./receipts";
import type { AuditPlace, AuditSearch } from "./schemas";

export const AUDIT_PAGE_SIZE = 50;

type Json = Record<string, unknown>;

export type AuditRecord = {
  id: string;
  at: Date;
  /** `name`: a person's e-mail address, or what a service is called; null for what is neither. */
  actor: { kind: string; id: string | null; name: string | null };
  action: string;
  /** `name`: an e-mail address, or the name of a key or a service; null when there is none. `masked` for keys only. */
  target: { kind: string; id: string; name: string | null; masked: string | null };
  address: string | null;
  requestId: string | null;
  before: Json | null;
  after: Json | null;
  /** Of what narrowed what verifiers accept. */
  receipts: EntryReceipts | null;
};

export type AuditPage = {
  entries: AuditRecord[];
  newer: AuditPlace | null;
  older: AuditPlace | null;
  found: Count;
  /** What was asked for and does not exist: then there are no entries. */
  unknown: "actor" | "target" | null;
};

const ROW = {
  id: text,
  at: instant,
  actor_kind: text,
  actor_id: nullable(text),
  actor_name: nullable(text),
  action: text,
  target_kind: text,
  target_id: text,
  target_name: nullable(text),
  key_name: nullable(text),
  key_format: nullable(word<KeyFormat>()),
  key_hint: nullable(text),
  address: nullable(text),
  request_id: nullable(text),
  before: nullable(json<Json>()),
  after: nullable(json<Json>()),
  kept: nullable(json<KeptReceipts>()),
  change: nullable(text),
};

type Step = { place: AuditPlace | null; direction: Direction; limit: number };

/** Each condition is the beginning of an index whose end is the order of the list, so that any page costs the same. */
export function auditQuery(filter: AuditFilter, { place, direction, limit }: Step) {
  const [compared, order] = direction === "older" ? ["<", "DESC"] : [">", "ASC"];
  const { conditions, values, names } = conditionsOf(filter);
  if (place) {
    conditions.push(`(at, id) ${compared} ($placeAt::timestamptz, $placeId::bigint)`);
    Object.assign(values, { placeAt: place.at, placeId: place.id });
    names.push("place");
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const name = ["audit", direction, ...names, limit].join("-");
  const query = `
    SELECT a.id::text, a.at, a.actor_kind, a.actor_id::text, coalesce(actor.email, acting.name) AS actor_name, a.action, a.target_kind, a.target_id,
      coalesce(target.email, service.name) AS target_name, key.name AS key_name, key.format::text AS key_format, key.hint AS key_hint,
      a.address, a.request_id, a.before, a.after, ${sqlKept("a")} AS kept, ${sqlChangeOf("a")} AS change
    FROM (SELECT * FROM audit_entries ${where} ORDER BY at ${order}, id ${order} LIMIT ${limit}) a
    LEFT JOIN users actor ON actor.id = a.actor_id
    LEFT JOIN services acting ON acting.id = CASE WHEN a.actor_kind = 'service' THEN a.actor_id END
    LEFT JOIN services service ON service.id = CASE WHEN a.target_kind = 'service' THEN a.target_id::uuid END
    LEFT JOIN users target ON target.id = CASE WHEN a.target_kind = 'user' THEN a.target_id::uuid END
    LEFT JOIN api_keys key ON key.id = CASE WHEN a.target_kind = 'api_key' THEN a.target_id::int END
    ORDER BY a.at DESC, a.id DESC`;
  return [statement(name, ROW, query), values] as const;
}

export function auditCountQuery(filter: AuditFilter) {
  const { conditions, values, names } = conditionsOf(filter);
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const counted = boundedCount(`FROM audit_entries ${where}`);
  return [statement(["count-audit", ...names].join("-"), { counted: int }, `SELECT ${counted} AS counted`), values] as const;
}

function conditionsOf({ actor, action, target, from, until, requestId }: AuditFilter) {
  const values: Record<string, unknown> = {};
  const conditions: string[] = [];
  const add = (name: string, condition: string, value: unknown) => {
    values[name] = value;
    conditions.push(condition);
  };
  if (actor && "id" in actor) add("actor", "actor_id = $actor::uuid", actor.id);
  if (actor && "kind" in actor) add("kind", "actor_id IS NULL AND actor_kind = $kind", actor.kind);
  if (action) add("action", "action = $action", action);
  if (target) {
    add("target", "target_kind = $target", target.kind);
    add("id", "target_id = $id", target.id);
  }
  if (from) add("from", "at >= $from::timestamptz", from);
  if (until) add("until", "at < $until::timestamptz", until);
  if (requestId) add("request", "request_id = $request", requestId);
  return { conditions, values, names: Object.keys(values) };
}

/** A page of the audit log, newest first. */
export async function listAudit(admin: CurrentAdmin, search: AuditSearch): Promise<AuditPage> {
  const filter = await resolveConditions(admin, search);
  if ("unknown" in filter) return { entries: [], newer: null, older: null, found: toCount(0), unknown: filter.unknown };
  const place = search.before ?? search.after;
  const direction = search.before || (search.last && !place) ? "newer" : "older";
  const [rows, [counts]] = await Promise.all([
    read(filter, { place, direction, limit: AUDIT_PAGE_SIZE + 1 }),
    sql(...auditCountQuery(filter)),
  ]);
  const { rows: entries, newer, older } = pageOf(rows, AUDIT_PAGE_SIZE, direction, place !== null);
  return { entries, newer, older, found: toCount(counts?.counted ?? 0), unknown: null };
}

/** The latest entries, all of them or those about one thing. */
export async function latestAudit(
  _admin: CurrentAdmin,
  limit: number,
  target: AuditFilter["target"] = null,
): Promise<AuditRecord[]> {
  const filter = { actor: null, action: null, target, from: null, until: null, requestId: null };
  return read(filter, { place: null, direction: "older", limit });
}

async function read(filter: AuditFilter, step: Step): Promise<AuditRecord[]> {
  return (await sql(...auditQuery(filter, step))).map(toRecord);
}

export function toRecord(row: RowOf<typeof ROW>): AuditRecord {
  return {
    id: row.id,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    target: {
      kind: row.target_kind,
      id: row.target_id,
      name: row.target_name ?? (row.key_name === null ? null : maskCredentials(row.key_name)),
      masked: row.key_format && row.key_hint ? maskCredential(row.key_format, row.key_hint) : null,
    },
    address: row.address,
    requestId: row.request_id,
    before: withoutCredentials(row.before),
    after: withoutCredentials(row.after),
    receipts: toEntryReceipts(row),
  };
}

/** No entry is written with a credential; but entries that were written before a form of one was known stay as they are. */
function withoutCredentials(json: Json | null): Json | null {
  return json && JSON.parse(maskedJson(json));
}
