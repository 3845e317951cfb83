import { flatKeyDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { tellChange } from "@/lib/doors/tell-change";
import { revokeKey } from "@/lib/keys/revoke";
import { keyIdSchema } from "@/lib/keys/schemas";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(flatKeyDialect, {
  POST: tellChange(async (request) => {
    const user = await requireApiUser(request);
    const { key_id: id } = await readJson(request, keyIdSchema);
    await revokeKey(user, id);
    return { data: { message: "API key revoked successfully" } };
  }),
});
