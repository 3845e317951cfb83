import type { z } from "zod";
import { AppError, type ErrorCode, isErrorCode } from "@/lib/values/errors";
import { Unread } from "@/lib/values/unread";
import { refuseNearMiss, strictRefusal } from "./unknown-fields";

export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Reads a JSON object of at most `limit` bytes and checks it. Nothing at all counts as `{}`.
 * @throws AppError UNSUPPORTED_ENCODING, BODY_TOO_LARGE, INVALID_JSON, or the first thing wrong with the fields
 */
export async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  limit = MAX_BODY_BYTES,
): Promise<z.output<Schema>> {
  return validate(schema, parseObject(await readBody(request, limit)));
}

/** The body's bytes. Stops reading at the limit, whatever `Content-Length` claims. */
export async function readBody(request: Request, limit = MAX_BODY_BYTES): Promise<Uint8Array> {
  if (isEncoded(request)) throw new AppError("UNSUPPORTED_ENCODING", { headers: { "Accept-Encoding": "identity" } });
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw bodyTooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > limit) {
      await reader?.cancel();
      throw bodyTooLarge(limit);
    }
    chunks.push(part.value);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** For what no schema has a sentence for: the library's own speaks to programmers of ours. */
function sayPlainly({ path = [], expected }: z.core.$ZodRawIssue): string | undefined {
  const [field, ...within] = path.map(String);
  if (field === undefined) return undefined;
  const place = [field, ...within.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))].join("");
  return typeof expected === "string" ? `${place} must be of the type ${expected}` : `${place} is not valid`;
}

export function bodyTooLarge(limit: number): AppError {
  return new AppError("BODY_TOO_LARGE", { facts: { max_bytes: limit } });
}

function isEncoded({ headers }: Request): boolean {
  return (headers.get("content-encoding") ?? "")
    .split(",")
    .some((coding) => !["", "identity"].includes(coding.trim().toLowerCase()));
}

/** @throws AppError with `code` for anything but a JSON object in UTF-8 */
export function parseObject(bytes: Uint8Array, code: ErrorCode = "INVALID_JSON"): Record<string, unknown> {
  if (bytes.byteLength === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new AppError(code);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new AppError(code);
  return value as Record<string, unknown>;
}

/**
 * Checked input. A schema's message may be an error code; every message is kept by field as well.
 * @throws AppError UNKNOWN_FIELD: where the schema is strict, for any field it does not know; else for a misspelt one that limits
 */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  refuseNearMiss(schema, value);
  const result = schema.safeParse(value, { error: sayPlainly });
  if (result.success) return result.data;
  const refusal = strictRefusal(schema, result.error.issues);
  if (refusal) throw refusal;

  const fields: Record<string, string[]> = {};
  for (const issue of result.error.issues) {
    const field = typeof issue.path[0] === "string" ? issue.path[0] : "non_field_errors";
    // A null prototype is not needed: field names come from our schemas, not from the client.
    const given = (value as Record<string, unknown> | null)?.[field];
    fields[field] = given instanceof Unread ? [given.problem] : [...(fields[field] ?? []), sentenceOf(issue)];
  }
  const [first] = result.error.issues;
  const message = first ? sentenceOf(first) : "";
  throw isErrorCode(message) ? new AppError(message, { fields }) : new AppError("INVALID_INPUT", { message, fields });
}

/** What is wrong with an entry of a list is said with its index. */
function sentenceOf({ path: [list, index], message }: z.core.$ZodIssue): string {
  if (typeof index !== "number" || isErrorCode(message)) return message;
  const place = `${String(list)}[${index}]`;
  return message.startsWith(place) ? message : `${place}: ${message}`;
}
