import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireFeedReader } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { acknowledgeSchema, MAX_SESSION_BYTES } from "@/lib/feed/schemas";
import { acknowledge } from "@/lib/feed/sessions";
import { requireFeed } from "@/lib/feed/signing";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  POST: async (request) => {
    const { service } = await requireFeedReader(request);
    requireFeed();
    const told = await readJson(request, acknowledgeSchema, MAX_SESSION_BYTES);
    const { time, boundMs, serveForMs } = await acknowledge(service, told);
    return { data: { time, bound_ms: boundMs, serve_for_ms: serveForMs } };
  },
});
