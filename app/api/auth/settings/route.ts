import { toOwnKey } from "@/app/_wire/own-keys";
import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { getApiAccount } from "@/lib/keys/api-account";
import { listOwnKeys } from "@/lib/keys/list";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(userDialect, {
  GET: async (request) => {
    const user = await requireApiUser(request);
    const [account, keys] = await Promise.all([getApiAccount(user), listOwnKeys(user)]);
    const now = new Date();
    const data = {
      api_account: { ...account, status: account.is_active ? "active" : "inactive" },
      api_keys: keys.map((key) => toOwnKey(key, now)),
      webhooks: [],
    };
    return { message: "API settings retrieved successfully", data };
  },
});
