import type { IncomingMessage } from "node:http";
import { Refused } from "./refused";

/** A body's JSON object. Stops reading at the limit. @throws Refused */
export async function readObject(request: IncomingMessage, maxBytes: number): Promise<Record<string, unknown>> {
  const coding = request.headers["content-encoding"] ?? "identity";
  if (coding !== "identity")
    throw new Refused(415, "UNSUPPORTED_ENCODING", "Send the request body as it is, without Content-Encoding");
  const value = parse(await readBytes(request, maxBytes));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refused(400, "INVALID_JSON", "The request body is not a valid JSON object.");
  return value as Record<string, unknown>;
}

/** By its events: going through it by `for await` takes as long as all the rest. @throws Refused */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        request.pause();
        reject(tooLarge(maxBytes));
      }
    });
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => {
      if (!request.complete) reject(new Error("the request was cut off"));
    });
  });
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return null;
  }
}

/** What is left of it is not read. */
function tooLarge(maxBytes: number): Refused {
  const extras = { headers: { Connection: "close" }, facts: { max_bytes: maxBytes } };
  return new Refused(413, "BODY_TOO_LARGE", "The request body is too large", extras);
}
