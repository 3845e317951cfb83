import { userDialect } from "@/lib/doors/dialects/user";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { getUsageStatistics } from "@/lib/usage/statistics";

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(userDialect, {
  GET: async (request) => {
    const user = await requireApiUser(request);
    const { keys, calls, accountCreated, credits, daily } = await getUsageStatistics(user);
    const data = {
      api_keys: keys,
      webhooks: { total: 0, active: 0 },
      api_calls: { total: calls },
      account_created: accountCreated,
      credits,
      daily,
    };
    return { message: "API usage statistics retrieved successfully", data };
  },
});
