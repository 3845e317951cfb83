import { METHODS, methodNotAllowed } from "@/lib/http/endpoint";
import { plainApi } from "@/lib/http/plain-api";

/** Where lib/http/request-log.ts sends requests with a method that no route knows. */
export const { GET, POST, PUT, PATCH, DELETE } = plainApi({
  GET: async () => {
    throw methodNotAllowed("of this request", METHODS);
  },
});
