import { randomUUID } from "node:crypto";
import { signUsage, signUsageAt } from "../../lib/usage/signature";
import { DAY_MS } from "../../lib/values/days";
import { type Answer, type CallOptions, call, query, shared } from "./client";
import type { TestUser } from "./people";

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

/** What its own page would tell of the usage of a user. */
export async function usageOf(user: TestUser) {
  const { body } = await call("/api/auth/usage/", { token: user.access });
  return { calls: body.data.api_calls.total, credits: body.data.credits, daily: body.data.daily };
}

/** The sum of all entries of the ledger. */
export async function ledgerOf(user: TestUser): Promise<number> {
  const [row] = await query<{ sum: string }>("SELECT coalesce(sum(amount), 0) AS sum FROM credit_entries WHERE user_id = $1", [
    user.id,
  ]);
  return Number(row?.sum);
}

/** How many of the calls were reported so that whoever captured one could have it charged again. */
export async function replayableOf(user: TestUser): Promise<number> {
  const [row] = await query<{ n: string }>("SELECT sum(replayable) AS n FROM usage_days WHERE user_id = $1", [user.id]);
  return Number(row?.n);
}
