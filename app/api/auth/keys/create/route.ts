import { toIssuedKey } from "@/app/_wire/own-keys";
import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { readJson } from "@/lib/doors/read-json";
import { requireApiWriter } from "@/lib/doors/writers";
import { createKey } from "@/lib/keys/create";
import { createKeySchema, readIdempotencyKey } from "@/lib/keys/schemas";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(userDialect, {
  POST: async (request) => {
    const user = await requireApiWriter(request);
    const { key_name: name, expires_at: expiresAt, ...limits } = await readJson(request, createKeySchema);
    const idempotencyKey = readIdempotencyKey(request.headers.get("idempotency-key"));
    const key = await createKey(user.actor, user.id, { name, ...limits, expiresAt, format: "mf_live", idempotencyKey });
    return { status: 201, message: "API key created successfully", data: toIssuedKey(key) };
  },
});
