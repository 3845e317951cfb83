import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireCollector } from "@/lib/doors/guards";
import { readMetrics } from "@/lib/operations/metrics";

export const dynamic = "force-dynamic";

/** Not in the reference, which is about the public address: proxies refuse this one (docs/deploy.md). */
export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  GET: async (request) => {
    await requireCollector(request);
    const { contentType, text } = await readMetrics();
    return new Response(text, { headers: { "Content-Type": contentType, "Cache-Control": "no-store" } });
  },
});
