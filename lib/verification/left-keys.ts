import "server-only";
import { maskCredential, maskCredentials } from "@latchkey/rule/credentials";
import { whereLasting } from "@latchkey/rule/sql";
import { sql } from "@/lib/database/client";
import { FORMAT } from "@/lib/database/key-columns";
import { type AddValue, collectValues, instant, int, nullable, statement, text, word } from "@/lib/database/statements";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import { formerSecret, isRotating, knownSecrets, secretId } from "./hash-secrets";
import { LEFT_KINDS, type LeftKind } from "./left-kinds";

/** Says of a row of keys, `k`, that it is left in this way. Nothing is left on a former secret where there is none. */
export function whereLeft(kind: LeftKind, add: AddValue): string {
  // Disabled ones too: they are to work when they are enabled.
  const isLasting = whereLasting({ key: "k", now: "now()" });
  const addLost = () => `k.credential_hashed_under <> ALL(${add("known", knownSecrets().map(secretId))}::text[])`;
  if (kind === "lost") return `${isLasting} AND ${addLost()}`;
  const former = formerSecret();
  if (!former) return "false";
  const under = `${add("former", secretId(former))}::text`;
  const isKey = isUnder("credential", under);
  return `${isLasting} AND ${kind === "former" ? isKey : `NOT ${isKey} AND NOT (${addLost()}) AND ${isUnder("secret", under)}`}`;
}

function isUnder(part: "credential" | "secret", under: string): string {
  const holds = (row: string) => `${row}.${part}_hash IS NOT NULL AND coalesce(${row}.${part}_hashed_under, ${under}) = ${under}`;
  // Those in grace are few: found once, not for each key.
  return `(${holds("k")} OR k.id IN (
    SELECT r.key_id FROM replaced_credentials r WHERE r.valid_until > now() AND ${holds("r")}))`;
}

export type LeftCounts = Record<LeftKind, number> & {
  /** Credentials of services that are under the former secret, or may be; and those that are under one that is not set. */
  services: number;
  lostServices: number;
  /** Whether KEY_HASH_SECRET_PREVIOUS is set, to another secret. */
  isRotating: boolean;
};

const COUNTS = { former: int, secret: int, lost: int, services: int, lost_services: int };

export function countStatement() {
  const { values, add } = collectValues();
  const counts = LEFT_KINDS.map((kind) => `count(*) FILTER (WHERE ${whereLeft(kind, add)}) AS ${kind}`);
  const known = `${add("services_known", knownSecrets().map(secretId))}::text[]`;
  const former = formerSecret();
  const under = former ? `${add("services_former", secretId(former))}::text` : null;
  counts.push(
    `(SELECT count(*) FROM ${SERVICES} AND ${under ? `coalesce(c.credential_hashed_under, ${under}) = ${under}` : "false"}) AS services`,
    `(SELECT count(*) FROM ${SERVICES} AND c.credential_hashed_under <> ALL(${known})) AS lost_services`,
  );
  return [statement("", COUNTS, `SELECT ${counts.join(", ")} FROM api_keys k`), values] as const;
}

/** Their credentials that work. */
const SERVICES = `service_credentials c JOIN services s ON s.id = c.service_id
  WHERE coalesce(least(c.valid_until, s.expires_at, s.revoked_at) > now(), true)`;

/** Reads all keys: for pages and commands, not for calls. */
export async function countLeftKeys(): Promise<LeftCounts> {
  const [counts] = await sql(...countStatement());
  const { lost_services: lostServices = 0, ...kinds } = counts ?? {};
  return { former: 0, secret: 0, lost: 0, services: 0, ...kinds, lostServices, isRotating: isRotating() };
}

export type LeftKey = { kind: LeftKind; email: string; name: string; masked: string; lastUsedAt: Date | null };

const LEFT = {
  kind: word<LeftKind>(),
  email: text,
  name: text,
  format: FORMAT,
  hint: text,
  last_used_at: nullable(instant),
};

export function listStatement(limit: number) {
  const { values, add } = collectValues();
  const found = LEFT_KINDS.map((kind) => `SELECT k.id, '${kind}' AS kind FROM api_keys k WHERE ${whereLeft(kind, add)}`);
  const written = `SELECT found.kind, u.email, k.name, k.format, k.hint, k.last_used_at
    FROM (${found.join(" UNION ALL ")}) found JOIN api_keys k ON k.id = found.id JOIN users u ON u.id = k.user_id
    ORDER BY found.kind, k.last_used_at DESC NULLS LAST, k.id LIMIT ${limit}`;
  return [statement("", LEFT, written), values] as const;
}

/** Those used last come first. */
export async function listLeftKeys(limit: number): Promise<LeftKey[]> {
  const rows = await sql(...listStatement(limit));
  return rows.map(({ kind, email, name, format, hint, last_used_at: lastUsedAt }) => ({
    ...{ kind, email, name: maskCredentials(name), lastUsedAt },
    masked: maskCredential(format, hint),
  }));
}

/** Tells the log where KEY_HASH_SECRET_PREVIOUS was removed, or KEY_HASH_SECRET changed, while keys needed it. Never rejects. */
export async function warnOfLostKeys(): Promise<void> {
  try {
    const { lost, lostServices } = await countLeftKeys();
    if (lost + lostServices > 0)
      log.warn(
        lostServices > 0 ? { keys: lost, services: lostServices } : { keys: lost },
        "keys are refused, because the KEY_HASH_SECRET that they had is not set: see npm run admin -- secrets",
      );
  } catch (error) {
    log.warn(causeOf(error), "keys of another KEY_HASH_SECRET were not counted");
  }
}
