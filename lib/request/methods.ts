// Runs in the edge middleware too: no Node.js APIs.

/** The methods that route handlers are written for. */
export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** Those that reach a handler: Next answers HEAD by GET's. */
export const ROUTED_METHODS: readonly string[] = ["HEAD", ...METHODS];

/** The value of `Allow` where these are answered: OPTIONS always is. */
export function allowHeader(methods: readonly string[]): string {
  return [...methods, "OPTIONS"].join(", ");
}
