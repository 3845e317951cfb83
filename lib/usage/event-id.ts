import { createHash } from "node:crypto";
import { maskCredentials } from "@latchkey/rule/credentials";

/** An event's id as it is kept: where a credential stands in it, its SHA-256, which no other id has. */
export function storedEventId(id: string): string {
  return maskCredentials(id) === id ? id : `sha256:${createHash("sha256").update(id).digest("hex")}`;
}

/** SQL for what is remembered of the `event_id` of a row. */
export function idHashOf(row: string): string {
  return `substring(sha256(convert_to(${row}.event_id, 'UTF8')) FOR 16)`;
}
