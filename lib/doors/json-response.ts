/** A JSON answer that no cache keeps, unless its headers say otherwise. */
export function jsonResponse(body: unknown, status: number, headers?: HeadersInit): Response {
  const response = Response.json(body, { status, headers });
  if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store");
  return response;
}
