import { openApiDocument } from "@/app/docs/reference/document";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";

export const dynamic = "force-dynamic";

// Short, because another version of the portal may stand behind the address the next minute.
const HEADERS = { "Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300" };

/** Holds nothing that is not public, so pages of any origin may read it and caches keep it. */
export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  GET: async () => ({ data: openApiDocument(), headers: HEADERS }),
});
