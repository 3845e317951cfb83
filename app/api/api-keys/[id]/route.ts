import { adminDialect } from "@/lib/doors/dialects/admin";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminApi } from "@/lib/doors/guards";
import { tellChange } from "@/lib/doors/tell-change";
import { deleteKey } from "@/lib/keys/delete";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(adminDialect, {
  DELETE: tellChange(async (request, { id }) => {
    const actor = await requireAdminApi(request);
    const key = await deleteKey(actor, id);
    return { message: "API key deleted successfully", data: { deleted_key: key } };
  }),
});
