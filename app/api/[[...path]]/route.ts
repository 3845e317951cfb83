import { adminDialect } from "@/lib/doors/dialects/admin";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { renderFailure } from "@/lib/doors/endpoint";
import { isAdminApi } from "@/lib/request/gated-apis";
import { METHODS } from "@/lib/request/methods";
import { AppError } from "@/lib/values/errors";

/** Clients parse every answer below /api/ as JSON, so a path that does not exist answers JSON too. */
async function notFound(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  return renderFailure(isAdminApi(pathname) ? adminDialect : plainDialect, new AppError("NOT_FOUND"), request);
}

export const [GET, POST, PUT, PATCH, DELETE, OPTIONS] = [...METHODS, "OPTIONS"].map(() => notFound);
