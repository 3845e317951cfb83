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

/** Set by the front door alone: the method of a request that Next would not hand to a route, and that came here as a GET. */
export const ASKED_METHOD_HEADER = "x-asked-method";

/** The method that the client sent. */
export function askedMethod({ method, headers }: Request): string {
  return headers.get(ASKED_METHOD_HEADER) ?? method;
}
