import { checkHealth } from "@/lib/health";
import { plainApi } from "@/lib/http/plain-api";

export const dynamic = "force-dynamic";

export const { GET, POST, PUT, PATCH, DELETE } = plainApi({
  GET: async () => {
    const health = await checkHealth();
    return { status: health.status === "ok" ? 200 : 503, data: health };
  },
});
