import type { ServerResponse } from "node:http";
import type { Pass } from "../authorize";

/** Counts the call. Not with "finish": whoever hangs up early, and be it at once, would never pay. */
export function whenClosed(response: ServerResponse, { served }: Pass): void {
  if (response.destroyed) served(response.statusCode);
  else response.once("close", () => served(response.statusCode));
}
