import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireFeedReader } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { MAX_SESSION_BYTES, readFeedSchema } from "@/lib/feed/schemas";
import { seeSession } from "@/lib/feed/sessions";
import { requireFeed } from "@/lib/feed/signing";
import { pollOnce, streamFeed } from "@/lib/feed/stream";

/** The whole of what Vercel's plans have: a stream says before that it is about to end. */
export const maxDuration = 300;

const HEADERS = {
  "Content-Type": "application/x-ndjson",
  // A proxy that compresses or buffers would hold lines back.
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
};

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  POST: async (request) => {
    const { service, held } = await requireFeedReader(request);
    requireFeed();
    const asked = await readJson(request, readFeedSchema, MAX_SESSION_BYTES);
    const session = await seeSession(service, asked, asked.wait === 0 ? "poll" : "stream");
    const body = asked.wait === 0 ? await pollOnce(session, asked) : streamFeed(session, asked, held, request.signal);
    return new Response(body, { headers: HEADERS });
  },
});
