import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { checkHealth } from "@/lib/operations/health";

export const dynamic = "force-dynamic";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  GET: async () => {
    const health = await checkHealth();
    return { status: health.status === "ok" ? 200 : 503, data: health };
  },
});
