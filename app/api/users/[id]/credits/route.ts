import { toAccount, toCreditEntry } from "@/app/_wire/everyone";
import { adminDialect } from "@/lib/doors/dialects/admin";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminApi } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { readIdempotencyKey } from "@/lib/keys/schemas";
import { changeCreditsSchema } from "@/lib/users/account-schemas";
import { getNamedUser } from "@/lib/users/accounts";
import { changeCredits } from "@/lib/users/change-credits";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(adminDialect, {
  POST: async (request, { id }) => {
    const actor = await requireAdminApi(request);
    const input = await readJson(request, changeCreditsSchema);
    const idempotencyKey = readIdempotencyKey(request.headers.get("idempotency-key"));
    const { user, entry } = await changeCredits(actor, await getNamedUser(id), input, idempotencyKey);
    return { data: { user: toAccount(user), entry: toCreditEntry(entry) } };
  },
});
