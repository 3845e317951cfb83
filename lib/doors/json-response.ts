/** A JSON answer that no cache keeps. */
export function jsonResponse(body: unknown, status: number, headers?: HeadersInit): Response {
  const response = Response.json(body, { status, headers });
  response.headers.set("Cache-Control", "no-store");
  return response;
}
