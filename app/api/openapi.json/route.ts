import { openApiDocument } from "@/app/reference/document";
import { plainApi } from "@/lib/http/plain-api";

export const dynamic = "force-dynamic";

/** Holds nothing that is not public, so pages of any origin may read it. */
export const { GET, POST, PUT, PATCH, DELETE } = plainApi({
  GET: async () => ({ data: openApiDocument(), headers: { "Access-Control-Allow-Origin": "*" } }),
});
