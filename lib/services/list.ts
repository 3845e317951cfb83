import "server-only";
import { maskServiceCredential, readServiceHint, type Scope } from "@latchkey/rule/services";
import { sql } from "@/lib/database/client";
import { orderOfNames } from "@/lib/database/key-columns";
import { bool, instant, int, json, nullable, type RowOf, statement, text, texts, uuid } from "@/lib/database/statements";
import { env } from "@/lib/settings/env";
import { lastDays } from "@/lib/values/days";
import { SHARED_SECRETS, type SharedSecret } from "./known";

/** The days of which it is told what a service did. */
export const ACTIVITY_DAYS = 30;

/** At most so many are found. */
const FOUND_SERVICES = 20;

/** `validUntil`: of one that has ended, or will. */
export type ListedCredential = { id: number; masked: string; createdAt: Date; validUntil: Date | null; hasEnded: boolean };

export type Activity = { calls: number; refusals: number; lastAt: Date | null; lastAddress: string | null };

export type ListedService = {
  id: string;
  name: string;
  scopes: Scope[];
  networks: string[];
  /** E-mail addresses; none for everybody. */
  owners: string[];
  maxCreditsPerReport: number | null;
  maxCreditsPerMinute: number | null;
  serveForSeconds: number;
  version: number;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  hasEnded: boolean;
  /** The newest first. */
  credentials: ListedCredential[];
  activity: Activity;
};

/** A setting that everybody shares. `isOff`: it is set, and not accepted any more. */
export type ListedSecret = { name: SharedSecret; isSet: boolean; isOff: boolean; activity: Activity };

type CredentialJson = { id: number; hint: string; created_at: string; valid_until: string | null; has_ended: boolean };

const ROW = {
  id: uuid,
  name: text,
  scopes: texts,
  networks: texts,
  owners: texts,
  max_credits_per_report: nullable(int),
  max_credits_per_minute: nullable(int),
  serve_for_ms: int,
  version: int,
  created_at: instant,
  expires_at: nullable(instant),
  revoked_at: nullable(instant),
  has_ended: bool,
  credentials: json<CredentialJson[]>(),
  calls: int,
  refusals: int,
  last_at: nullable(instant),
  last_address: nullable(text),
};

const IS_LATE = `day > (now() AT TIME ZONE 'UTC')::date - ${ACTIVITY_DAYS}`;

const activityOf = (service: string) => `LEFT JOIN LATERAL (
     SELECT coalesce(sum(calls) FILTER (WHERE ${IS_LATE}), 0)::bigint AS calls,
       coalesce(sum(refusals) FILTER (WHERE ${IS_LATE}), 0)::bigint AS refusals, max(last_at) FILTER (WHERE calls > 0) AS last_at,
       (array_agg(last_address ORDER BY day DESC) FILTER (WHERE calls > 0))[1] AS last_address
     FROM service_days d WHERE d.service = ${service}
   ) activity ON true`;

const select = (where: string, limit: number) => `
  SELECT s.id, s.name, s.scopes, s.networks, ARRAY(SELECT u.email FROM users u WHERE u.id = ANY(s.owners) ORDER BY u.email) AS owners,
    s.max_credits_per_report, s.max_credits_per_minute, s.serve_for_ms, s.version, s.created_at, s.expires_at, s.revoked_at,
    coalesce(least(s.revoked_at, s.expires_at) <= now(), false) AS has_ended, held.credentials,
    activity.calls, activity.refusals, activity.last_at, activity.last_address
  FROM services s
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(c ORDER BY c.id DESC), '[]'::json) AS credentials FROM (
      SELECT id, hint, created_at, valid_until, coalesce(valid_until <= now(), false) AS has_ended
      FROM service_credentials WHERE service_id = s.id ORDER BY id DESC LIMIT 10) c
  ) held
  ${activityOf("s.id::text")}
  ${where} ORDER BY s.revoked_at IS NOT NULL, ${orderOfNames("s.name")}, s.id LIMIT ${limit}`;

const LIST = statement("list-services", ROW, select("", 500));
const FIND = statement("find-service", ROW, select("WHERE s.id::text = lower($named) OR lower(s.name) = lower($named)", 1));
const SEARCH = statement(
  "search-services",
  ROW,
  select(
    `WHERE position(lower($typed) IN lower(s.name)) > 0
       OR EXISTS (SELECT 1 FROM service_credentials c WHERE c.service_id = s.id AND c.hint = $hint)`,
    FOUND_SERVICES,
  ),
);

const SECRETS = statement(
  "list-shared-secrets",
  { name: text, is_off: bool, calls: int, refusals: int, last_at: nullable(instant), last_address: nullable(text) },
  `SELECT n.name, EXISTS (SELECT 1 FROM retired_secrets r WHERE r.name = n.name) AS is_off,
     activity.calls, activity.refusals, activity.last_at, activity.last_address
   FROM unnest($names::text[]) AS n(name) ${activityOf("n.name")} ORDER BY n.name`,
);

const DAYS = statement(
  "service-days",
  { date: text, calls: int, refusals: int },
  `SELECT to_char(day, 'YYYY-MM-DD') AS date, calls, refusals FROM service_days
   WHERE service = $service AND ${IS_LATE}`,
);

/** Those that work come first, by their names. */
export async function listServices(): Promise<ListedService[]> {
  return (await sql(LIST, {})).map(toListed);
}

/** By its id or its name. */
export async function findListedService(named: string): Promise<ListedService | null> {
  const [row] = await sql(FIND, { named });
  return row ? toListed(row) : null;
}

/** By a part of their names, or by what lists show of a credential: `lks_` and six characters. */
export async function searchServices(typed: string): Promise<ListedService[]> {
  return (await sql(SEARCH, { typed, hint: readServiceHint(typed) })).map(toListed);
}

export async function listSharedSecrets(): Promise<ListedSecret[]> {
  const rows = await sql(SECRETS, { names: SHARED_SECRETS });
  return rows.flatMap((row) => {
    const name = SHARED_SECRETS.find((secret) => secret === row.name);
    return name ? [{ name, isSet: Boolean(env()[name]), isOff: row.is_off, activity: toActivity(row) }] : [];
  });
}

export type ServiceDay = { date: string; calls: number; refusals: number };

/** Of a service's id, or the name of a shared secret; up to today, the oldest first, gaps filled. */
export async function findServiceDays(service: string, now: Date): Promise<ServiceDay[]> {
  const days = new Map((await sql(DAYS, { service })).map((row) => [row.date, row]));
  return lastDays(now, ACTIVITY_DAYS).map((date) => days.get(date) ?? { date, calls: 0, refusals: 0 });
}

function toListed(row: RowOf<typeof ROW>): ListedService {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes as Scope[],
    networks: row.networks,
    owners: row.owners,
    maxCreditsPerReport: row.max_credits_per_report,
    maxCreditsPerMinute: row.max_credits_per_minute,
    serveForSeconds: row.serve_for_ms / 1000,
    version: row.version,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    hasEnded: row.has_ended,
    credentials: row.credentials.map((each) => ({
      id: each.id,
      masked: maskServiceCredential(each.hint),
      createdAt: new Date(each.created_at),
      validUntil: each.valid_until === null ? null : new Date(each.valid_until),
      hasEnded: each.has_ended,
    })),
    activity: toActivity(row),
  };
}

function toActivity(row: { calls: number; refusals: number; last_at: Date | null; last_address: string | null }): Activity {
  return { calls: row.calls, refusals: row.refusals, lastAt: row.last_at, lastAddress: row.last_address };
}
