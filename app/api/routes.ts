import { USER_API } from "@/lib/request/gated-apis";
import { env } from "@/lib/settings/env";
import { LIBRARY_ROUTES } from "./auth/[...all]/library-routes";

/** Every address there is: those of the folder `app`, as the build found them, and the identity library's behind one of them. */
export function allRoutes(): string[] {
  return [...env().LATCHKEY_ROUTES, ...Object.keys(LIBRARY_ROUTES).map((path) => USER_API + path)];
}
