import { toRegeneratedKey } from "@/app/_wire/own-keys";
import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { readJson } from "@/lib/doors/read-json";
import { tellChange } from "@/lib/doors/tell-change";
import { requireApiWriter } from "@/lib/doors/writers";
import { regenerateKey } from "@/lib/keys/regenerate";
import { readIdempotencyKey, regenerateKeySchema } from "@/lib/keys/schemas";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(userDialect, {
  POST: tellChange(async (request, { id }) => {
    const user = await requireApiWriter(request);
    const { grace_seconds: graceSeconds, expires_at: expiresAt } = await readJson(request, regenerateKeySchema);
    const idempotencyKey = readIdempotencyKey(request.headers.get("idempotency-key"));
    const key = await regenerateKey(user, id, { graceSeconds, expiresAt, idempotencyKey });
    return { message: "API key regenerated successfully", data: toRegeneratedKey(key) };
  }),
});
