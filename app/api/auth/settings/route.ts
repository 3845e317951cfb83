import { toOwnKey } from "@/app/_wire/own-keys";
import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { getApiAccount } from "@/lib/keys/api-account";
import { listOwnKeys } from "@/lib/keys/list";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(userDialect, {
  GET: async (request) => {
    const user = await requireApiUser(request);
    const cursor = new URL(request.url).searchParams.get("cursor");
    const [account, { keys, nextCursor }] = await Promise.all([getApiAccount(user), listOwnKeys(user, cursor)]);
    const now = new Date();
    const data = {
      api_account: { ...account, status: account.is_active ? "active" : "inactive" },
      api_keys: keys.map((key) => toOwnKey(key, now)),
      webhooks: [],
      ...(nextCursor && { next_cursor: nextCursor }),
    };
    return { message: "API settings retrieved successfully", data };
  },
});
