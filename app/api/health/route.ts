import { plainApi } from "@/lib/http/plain-api";
import { checkHealth } from "@/lib/operations/health";

export const dynamic = "force-dynamic";

export const { GET, POST, PUT, PATCH, DELETE } = plainApi({
  GET: async () => {
    const health = await checkHealth();
    return { status: health.status === "ok" ? 200 : 503, data: health };
  },
});
