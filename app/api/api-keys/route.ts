import { toAdminKey } from "@/app/_wire/every-key";
import type { Actor } from "@/lib/audit/actors";
import { leaveTrace } from "@/lib/audit/traces";
import { findIdByEmail } from "@/lib/database/user-by-email";
import { adminDialect } from "@/lib/doors/dialects/admin";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminApi } from "@/lib/doors/guards";
import { readJson, validate } from "@/lib/doors/read-json";
import { findNamedUser } from "@/lib/identity/former-ids";
import { createKey } from "@/lib/keys/create";
import { listAllKeys } from "@/lib/keys/list";
import { adminCreateKeySchema, listKeysSchema, readIdempotencyKey } from "@/lib/keys/schemas";

/** Of an address that nobody has: no id is like it, and an empty one would be everybody's. */
const NOBODY = "-";

/** The id of whom a request names, by that, a former id or the e-mail address; undefined where it names nobody. */
async function namedOwner(userId: string | null | undefined, email: string | null | undefined): Promise<string | undefined> {
  if (userId) return (await findNamedUser(userId)) ?? NOBODY;
  return email ? ((await findIdByEmail(email)) ?? NOBODY) : undefined;
}

/** Whoever reads the keys of everyone does so unseen otherwise. */
function traceBulkRead(actor: Actor, rows: number): void {
  leaveTrace(actor, { action: "keys.listed", target: { kind: "export", id: "keys" }, after: { rows } });
}

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(adminDialect, {
  POST: async (request) => {
    const actor = await requireAdminApi(request);
    const { userId, email, name, expires_at: expiresAt, ...limits } = await readJson(request, adminCreateKeySchema);
    const idempotencyKey = readIdempotencyKey(request.headers.get("idempotency-key"));
    const ownerId = await namedOwner(userId, email);
    const key = await createKey(actor, ownerId ?? NOBODY, { name, ...limits, expiresAt, format: "datazag", idempotencyKey });
    const data = { key: { id: key.id, key: key.key, name, active: true, created_at: key.createdAt }, user: key.owner };
    return { status: 201, message: "API key created successfully", data };
  },

  GET: async (request) => {
    const actor = await requireAdminApi(request);
    const { email, ...query } = validate(listKeysSchema, Object.fromEntries(new URL(request.url).searchParams));
    const userId = await namedOwner(query.userId, email);
    const { keys, nextCursor } = await listAllKeys(actor, { ...query, userId });
    if (userId === undefined) traceBulkRead(actor, keys.length);
    const now = new Date();
    return { data: { keys: keys.map((key) => toAdminKey(key, now)), next_cursor: nextCursor } };
  },
});
