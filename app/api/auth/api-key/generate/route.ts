import { toGeneratedKey } from "@/app/_wire/own-keys";
import { flatKeyDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { readJson } from "@/lib/doors/read-json";
import { requireApiWriter } from "@/lib/doors/writers";
import { createKey } from "@/lib/keys/create";
import { generateKeySchema } from "@/lib/keys/schemas";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(flatKeyDialect, {
  POST: async (request) => {
    const user = await requireApiWriter(request);
    const { expires_at: expiresAt, ...input } = await readJson(request, generateKeySchema);
    const key = await createKey(user.actor, user.id, { ...input, expiresAt, format: "mf_live" });
    return { status: 201, data: { message: "API key generated successfully", ...toGeneratedKey(key) } };
  },
});
