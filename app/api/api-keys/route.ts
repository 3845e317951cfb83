import { toAdminKey } from "@/app/_wire/every-key";
import { adminDialect } from "@/lib/doors/dialects/admin";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminSecret } from "@/lib/doors/guards";
import { readJson, validate } from "@/lib/doors/read-json";
import { createKey } from "@/lib/keys/create";
import { listAllKeys } from "@/lib/keys/list";
import { adminCreateKeySchema, listKeysSchema, readIdempotencyKey } from "@/lib/keys/schemas";
import { findIdByEmail } from "@/lib/users/find-people";

/** Of an address that nobody has: no id is like it, and an empty one would be everybody's. */
const NOBODY = "-";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(adminDialect, {
  POST: async (request) => {
    const actor = await requireAdminSecret(request);
    const { userId, email, name, expires_at: expiresAt, ...limits } = await readJson(request, adminCreateKeySchema);
    const idempotencyKey = readIdempotencyKey(request.headers.get("idempotency-key"));
    const ownerId = userId ?? (await findIdByEmail(email ?? "")) ?? "";
    const key = await createKey(actor, ownerId, { name, ...limits, expiresAt, format: "datazag", idempotencyKey });
    const data = { key: { id: key.id, key: key.key, name, active: true, created_at: key.createdAt }, user: key.owner };
    return { status: 201, message: "API key created successfully", data };
  },

  GET: async (request) => {
    const actor = await requireAdminSecret(request);
    const { email, ...query } = validate(listKeysSchema, Object.fromEntries(new URL(request.url).searchParams));
    const named = query.userId || !email ? query : { ...query, userId: (await findIdByEmail(email)) ?? NOBODY };
    const { keys, nextCursor } = await listAllKeys(actor, named);
    const now = new Date();
    return { data: { keys: keys.map((key) => toAdminKey(key, now)), next_cursor: nextCursor } };
  },
});
