import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireFeedReader } from "@/lib/doors/guards";
import { requireFeed } from "@/lib/feed/signing";
import { readPage } from "@/lib/feed/snapshots";
import { AppError } from "@/lib/values/errors";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint<{ sha256: string }>(plainDialect, {
  GET: async (request, { sha256 }) => {
    await requireFeedReader(request);
    requireFeed();
    const page = /^[0-9a-f]{64}$/.test(sha256) ? await readPage(sha256) : null;
    if (!page) throw new AppError("PAGE_NOT_FOUND");
    return new Response(new Uint8Array(page), {
      headers: {
        // A file, and no encoding of the answer: whoever stands between may change that.
        "Content-Type": "application/gzip",
        // Its address is its content: it never changes. It holds digests: nobody else may keep it.
        "Cache-Control": "private, max-age=600, no-transform",
        Vary: "Authorization",
        ETag: `"${sha256}"`,
      },
    });
  },
});
