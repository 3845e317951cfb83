import type { IncomingMessage } from "node:http";
import { Refused } from "./refused";

/** A body's JSON object. Stops reading at the limit. @throws Refused */
export async function readObject(request: IncomingMessage, maxBytes: number): Promise<Record<string, unknown>> {
  const coding = request.headers["content-encoding"] ?? "identity";
  if (coding !== "identity")
    throw new Refused(415, "UNSUPPORTED_ENCODING", "Send the request body as it is, without Content-Encoding");
  const chunks: Buffer[] = [];
  let size = 0;
  // Not `for await`, which ends the connection with the loop: nobody would read why.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const value = parse(Buffer.concat(chunks));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refused(400, "INVALID_JSON", "The request body is not a valid JSON object.");
  return value as Record<string, unknown>;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

/** What is left of it is not read. */
function tooLarge(maxBytes: number): Refused {
  const extras = { headers: { Connection: "close" }, facts: { max_bytes: maxBytes } };
  return new Refused(413, "BODY_TOO_LARGE", "The request body is too large", extras);
}
