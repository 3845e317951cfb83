import { AppError } from "@/lib/errors";
import { adminDialect } from "@/lib/http/admin-api";
import { METHODS, renderFailure } from "@/lib/http/endpoint";
import { plainDialect } from "@/lib/http/plain-api";

/** Clients parse every answer below /api/ as JSON, so a path that does not exist answers JSON too. */
async function notFound(request: Request): Promise<Response> {
  const isAdminApi = new URL(request.url).pathname.startsWith("/api/api-keys/");
  return renderFailure(isAdminApi ? adminDialect : plainDialect, new AppError("NOT_FOUND"), request);
}

export const [GET, POST, PUT, PATCH, DELETE] = METHODS.map(() => notFound);
