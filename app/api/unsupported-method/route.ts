import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { AppError } from "@/lib/values/errors";

const answer = async () => {
  throw new AppError("NOT_FOUND");
};

/** Where lib/server/routable.ts sends requests of pages with a method that no page has. Nothing else is at this address. */
export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, { GET: answer, POST: answer });
