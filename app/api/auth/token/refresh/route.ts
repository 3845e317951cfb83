import { identityApi } from "@/lib/doors/dialects/user";
import { readJson } from "@/lib/doors/read-json";
import { refreshSchema } from "@/lib/identity/schemas";
import { refreshTokens } from "@/lib/identity/sessions";

export const { GET, POST, PUT, PATCH, DELETE } = identityApi({
  POST: async (request) => {
    const { refresh } = await readJson(request, refreshSchema);
    return { data: await refreshTokens(refresh) };
  },
});
