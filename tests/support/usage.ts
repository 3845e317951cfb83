import { randomUUID } from "node:crypto";
import { signUsage, signUsageAt } from "../../lib/usage/signature";
import { DAY_MS } from "../../lib/values/days";
import { type Answer, type CallOptions, call, shared } from "./client";

type ReportOptions = CallOptions & { id?: string | null; path?: string; signedAt?: Date };

/**
 * Reports usage as the Public API does: signed over the very bytes that are sent; with `signedAt` in the second form, which
 * covers that time and the id.
 */
export function report(
  body: unknown,
  { id = randomUUID(), path = "/usage", signedAt, ...options }: ReportOptions = {},
  url = shared().url,
): Promise<Answer> {
  const raw = options.raw ?? JSON.stringify(body);
  const secret = shared().settings.USAGE_WEBHOOK_SECRET ?? "";
  const signature = signedAt ? signUsageAt(signedAt, { body: raw, id }, secret) : signUsage(raw, secret);
  const headers = { "x-signature": signature, ...(id === null ? {} : { "x-idempotency-key": id }), ...options.headers };
  return call(path, { ...options, raw, headers }, url);
}

/** Reports calls of a key, each costing `delta`, made so many days ago at this time of the day. */
export async function reportCalls(apiKey: string, calls: number, { delta = 1, daysAgo = 0 } = {}): Promise<void> {
  const ts = Date.now() - daysAgo * DAY_MS;
  const events = Array.from({ length: calls }, () => ({ id: randomUUID(), apiKey, delta, ts }));
  const answer = await report({ events }, { id: null });
  if (answer.body.accepted !== calls) throw new Error(`the report of ${calls} calls answered ${answer.text}`);
}
