import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { tellChange } from "@/lib/doors/tell-change";
import { revokeKey } from "@/lib/keys/revoke";
import { emptyBodySchema } from "@/lib/keys/schemas";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(userDialect, {
  POST: tellChange(async (request, { id }) => {
    const user = await requireApiUser(request);
    await readJson(request, emptyBodySchema);
    const { uuid } = await revokeKey(user, id);
    return { message: "API key revoked successfully", data: { id: uuid, status: "revoked", is_active: false } };
  }),
});
