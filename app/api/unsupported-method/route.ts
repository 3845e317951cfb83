import { plainApi } from "@/lib/doors/dialects/plain";
import { METHODS, methodNotAllowed } from "@/lib/doors/endpoint";

/** Where lib/server/front-door.ts sends requests with a method that no route knows. */
export const { GET, POST, PUT, PATCH, DELETE } = plainApi({
  GET: async () => {
    throw methodNotAllowed("of this request", METHODS);
  },
});
