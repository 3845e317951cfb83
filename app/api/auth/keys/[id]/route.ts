import { toChangedKey } from "@/app/_wire/own-keys";
import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { readJson } from "@/lib/doors/read-json";
import { tellChange } from "@/lib/doors/tell-change";
import { requireApiWriter } from "@/lib/doors/writers";
import { patchKeySchema } from "@/lib/keys/change-schemas";
import { updateKey } from "@/lib/keys/update";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(userDialect, {
  PATCH: tellChange(async (request, { id }) => {
    const user = await requireApiWriter(request);
    const { key_name, expires_at, self_rotation, ...changes } = await readJson(request, patchKeySchema);
    const named = { name: key_name, expiresAt: expires_at, selfRotation: self_rotation };
    const key = await updateKey(user, id, { ...changes, ...named });
    return { message: "API key updated successfully", data: toChangedKey(key, new Date()) };
  }),
});
