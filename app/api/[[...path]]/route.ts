import { AppError } from "@/lib/errors";
import { METHODS, renderFailure } from "@/lib/http/endpoint";
import { plainDialect } from "@/lib/http/plain-api";

/** Clients parse every answer below /api/ as JSON, so a path that does not exist answers JSON too. */
const notFound = async (request: Request) => renderFailure(plainDialect, new AppError("NOT_FOUND"), request);

export const [GET, POST, PUT, PATCH, DELETE] = METHODS.map(() => notFound);
