import { toAdminKey } from "@/app/_wire/every-key";
import { toAccount } from "@/app/_wire/everyone";
import { leaveTrace } from "@/lib/audit/traces";
import { adminDialect } from "@/lib/doors/dialects/admin";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireAdminApi } from "@/lib/doors/guards";
import { listAllKeys } from "@/lib/keys/list";
import { getAccount, getNamedUser } from "@/lib/users/accounts";

/** The newest; the list of keys has the others. */
const KEYS_TOLD = 1000;

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint<{ id: string }>(adminDialect, {
  GET: async (request, { id }) => {
    const actor = await requireAdminApi(request);
    const userId = await getNamedUser(id);
    const [user, { keys }] = await Promise.all([getAccount(userId), listAllKeys(actor, { userId, limit: KEYS_TOLD })]);
    leaveTrace(actor, { action: "user.viewed", target: { kind: "user", id: userId } });
    const now = new Date();
    return { data: { user: toAccount(user), keys: keys.map((key) => toAdminKey(key, now)) } };
  },
});
