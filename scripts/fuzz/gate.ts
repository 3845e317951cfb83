import { readTarget } from "../../lib/request/target";

/** Whether pages of other origins may call this address. */
export function isGatedPath(path: string): boolean {
  return /^\/api\/(auth|api-keys|users)(\/|$)/.test(readTarget(path));
}
