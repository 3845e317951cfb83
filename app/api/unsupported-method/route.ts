import { methodNotAllowed } from "@/lib/doors/dialects/dialect";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { METHODS } from "@/lib/request/methods";

/** Where lib/server/front-door.ts sends requests with a method that no route knows. */
export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(plainDialect, {
  GET: async () => {
    throw methodNotAllowed("of this request", METHODS);
  },
});
