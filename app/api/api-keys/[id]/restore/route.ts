import { toAdminKey } from "@/app/_wire/every-key";
import { adminDialect } from "@/lib/doors/dialects/admin";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminApi } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { nothingSchema } from "@/lib/keys/change-schemas";
import { restoreKey } from "@/lib/keys/restore";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(adminDialect, {
  POST: async (request, { id }) => {
    const actor = await requireAdminApi(request);
    await readJson(request, nothingSchema);
    const key = await restoreKey(actor, id);
    return { message: "API key restored successfully", data: { key: toAdminKey(key, new Date()) } };
  },
});
