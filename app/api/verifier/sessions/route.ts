import { keepAliveFor } from "@/app/_shell/keep-alive";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireFeedReader } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { beginSession } from "@/lib/feed/begin";
import { MAX_SESSION_BYTES, openSessionSchema } from "@/lib/feed/schemas";
import { requireFeed } from "@/lib/feed/signing";
import { snapshotBuilt } from "@/lib/feed/snapshots";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  POST: async (request) => {
    const { service } = await requireFeedReader(request);
    requireFeed();
    const asked = await readJson(request, openSessionSchema, MAX_SESSION_BYTES);
    keepAliveFor(snapshotBuilt);
    const begun = await beginSession(service, asked);
    if (begun === null) return { status: 202, data: { retry_after_ms: 1_000 }, headers: { "Retry-After": "1" } };
    return { status: 201, data: begun };
  },
});
