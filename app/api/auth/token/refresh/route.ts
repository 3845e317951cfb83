import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { actorOf } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { refreshSchema } from "@/lib/identity/schemas";
import { refreshTokens } from "@/lib/identity/sessions";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  POST: async (request) => {
    const { refresh } = await readJson(request, refreshSchema);
    return { data: await refreshTokens(actorOf(request, "user", null), refresh) };
  },
});
