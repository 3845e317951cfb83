import { toKeyStatus } from "@/app/_wire/own-keys";
import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { readJson } from "@/lib/doors/read-json";
import { tellChange } from "@/lib/doors/tell-change";
import { requireApiWriter } from "@/lib/doors/writers";
import { nothingSchema } from "@/lib/keys/change-schemas";
import { disableKey } from "@/lib/keys/pause";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(userDialect, {
  POST: tellChange(async (request, { id }) => {
    const user = await requireApiWriter(request);
    await readJson(request, nothingSchema);
    const key = await disableKey(user, id);
    return { message: "API key disabled successfully", data: toKeyStatus(key, new Date()) };
  }),
});
