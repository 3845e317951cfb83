/** What a request is answered with instead, as `{error, code}`. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extras: { headers?: Record<string, string>; facts?: Record<string, unknown> } = {},
  ) {
    super(message);
  }
}

export function tryLater(seconds = 1): Refused {
  const headers = { "Retry-After": String(Math.max(1, Math.ceil(seconds))) };
  return new Refused(503, "TEMPORARILY_UNAVAILABLE", "Temporarily unavailable. Try again shortly.", { headers });
}
