import { randomUUID } from "node:crypto";
import { signUsage } from "../../lib/usage/signature";
import { type Answer, type CallOptions, call, shared } from "./client";

/** Reports usage as the Public API does: signed over the very bytes that are sent. */
export function report(
  body: unknown,
  { id = randomUUID(), path = "/usage", ...options }: CallOptions & { id?: string | null; path?: string } = {},
  url = shared().url,
): Promise<Answer> {
  const raw = options.raw ?? JSON.stringify(body);
  const signature = signUsage(raw, shared().settings.USAGE_WEBHOOK_SECRET ?? "");
  const headers = { "x-signature": signature, ...(id === null ? {} : { "x-idempotency-key": id }), ...options.headers };
  return call(path, { ...options, raw, headers }, url);
}
