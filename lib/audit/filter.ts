import "server-only";
import { sql } from "@/lib/database/client";
import { int, statement, uuid } from "@/lib/database/statements";
import { findIdByEmail } from "@/lib/database/user-by-email";
import { isAccountId, isUuid } from "@/lib/values/ids";
import { endOfDay, startOfDay } from "@/lib/values/zones";
import { type AuditAction, DOOR_NAMES, EXPORTS, NAMELESS_ACTORS } from "./actions";
import type { AuditConditions } from "./schemas";

/** The conditions of a list of entries, with everything that was named looked up. */
export type AuditFilter = {
  actor: { id: string } | { kind: string } | null;
  action: AuditAction | null;
  target: { kind: string; id: string } | null;
  /** Instants; `until` itself is not part of the time. */
  from: Date | null;
  until: Date | null;
  requestId: string | null;
};

/** By the name that the list gives them. */
const ACTOR_KINDS = new Map(Object.entries(NAMELESS_ACTORS).map(([kind, name]) => [name.toLowerCase(), kind]));

const KEY_ID_BY_UUID = statement("key-id-by-uuid", { id: int }, "SELECT id FROM api_keys WHERE uuid = $uuid");
const USER_ID_BY_ACCOUNT = statement(
  "user-id-by-account",
  { id: uuid },
  "SELECT user_id AS id FROM api_accounts WHERE account_id = $account",
);
const IS_SERVICE = statement("is-service", { id: uuid }, "SELECT id FROM services WHERE id = $id");
const SERVICE_ID_BY_NAME = statement(
  "service-id-by-name",
  { id: uuid },
  "SELECT id FROM services WHERE lower(name) = lower($name)",
);

/** What a shared secret is called. */
const SETTING = /^[A-Z]+(?:_[A-Z]+)*_SECRET$/;

/** Days are those of the zone. `unknown` names the condition that nothing can fulfil, because there is no such person or key. */
export async function resolveConditions(
  { timeZone }: { timeZone: string },
  search: AuditConditions,
): Promise<AuditFilter | { unknown: "actor" | "target" }> {
  const [actor, target] = await Promise.all([findActor(search.actor), findTarget(search.target)]);
  if (search.actor && !actor) return { unknown: "actor" };
  if (search.target && !target) return { unknown: "target" };
  return {
    actor,
    action: search.action,
    target,
    from: search.from ? startOfDay(search.from, timeZone) : null,
    until: search.to ? endOfDay(search.to, timeZone) : null,
    requestId: search.request,
  };
}

async function findActor(text: string): Promise<AuditFilter["actor"]> {
  if (!text) return null;
  const kind = ACTOR_KINDS.get(text.toLowerCase());
  if (kind) return { kind };
  if (isUuid(text)) return { id: text };
  const id = (await findUserId(text)) ?? (await findServiceId(text));
  return id ? { id } : null;
}

async function findTarget(text: string): Promise<AuditFilter["target"]> {
  if (!text) return null;
  if (Object.hasOwn(EXPORTS, text.toLowerCase())) return { kind: "export", id: text.toLowerCase() };
  if (Object.hasOwn(DOOR_NAMES, text.toLowerCase())) return { kind: "door", id: text.toLowerCase() };
  if (/^\d{1,9}$/.test(text)) return { kind: "api_key", id: String(Number(text)) };
  if (!isUuid(text)) {
    const id = await findUserId(text);
    if (id) return { kind: "user", id };
    const service = await findServiceId(text);
    if (service) return { kind: "service", id: service };
    return SETTING.test(text) ? { kind: "setting", id: text } : null;
  }
  const id = text.toLowerCase();
  const [[key], [service]] = await Promise.all([sql(KEY_ID_BY_UUID, { uuid: id }), sql(IS_SERVICE, { id })]);
  if (key) return { kind: "api_key", id: String(key.id) };
  return { kind: service ? "service" : "user", id };
}

async function findServiceId(name: string): Promise<string | null> {
  return (await sql(SERVICE_ID_BY_NAME, { name }))[0]?.id ?? null;
}

/** By an e-mail address, or by the public name of an account. */
async function findUserId(text: string): Promise<string | null> {
  if (isAccountId(text)) return (await sql(USER_ID_BY_ACCOUNT, { account: text }))[0]?.id ?? null;
  return findIdByEmail(text);
}
