import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { getApiAccount } from "@/lib/keys/api-account";
import { getUsageStatistics } from "@/lib/usage/statistics";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(userDialect, {
  GET: async (request) => {
    const user = await requireApiUser(request);
    const [account, { keys, calls, credits, daily }] = await Promise.all([getApiAccount(user), getUsageStatistics(user)]);
    const data = {
      api_keys: keys,
      webhooks: { total: 0, active: 0 },
      api_calls: { total: calls },
      account_created: account.created_at,
      credits,
      daily,
    };
    return { message: "API usage statistics retrieved successfully", data };
  },
});
