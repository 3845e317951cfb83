import { toRegeneratedKey } from "@/app/_wire/own-keys";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireKey } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { tellChange } from "@/lib/doors/tell-change";
import { regenerateSelfSchema } from "@/lib/keys/change-schemas";
import { regenerateSelf } from "@/lib/keys/self";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  POST: tellChange(async (request) => {
    const { actor, credential } = await requireKey(request);
    const { grace_seconds: graceSeconds } = await readJson(request, regenerateSelfSchema);
    return { data: toRegeneratedKey(await regenerateSelf(actor, credential, graceSeconds)) };
  }),
});
