import { plainApi } from "@/lib/doors/dialects/plain";
import { checkHealth } from "@/lib/operations/health";

export const dynamic = "force-dynamic";

export const { GET, POST, PUT, PATCH, DELETE } = plainApi({
  GET: async () => {
    const health = await checkHealth();
    return { status: health.status === "ok" ? 200 : 503, data: health };
  },
});
