import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireKey } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { tellChange } from "@/lib/doors/tell-change";
import { nothingSchema } from "@/lib/keys/change-schemas";
import { revokeSelf } from "@/lib/keys/self";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  POST: tellChange(async (request) => {
    const { actor, credential } = await requireKey(request);
    await readJson(request, nothingSchema);
    const { uuid, status, ended } = await revokeSelf(actor, credential);
    return { data: { key_id: uuid, status, is_active: status === "active", ended } };
  }),
});
