import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { countReceipts, findChange, findReceipts, type ReceiptCounts, type Receipts } from "@/lib/feed/receipts";
import { wakeFeed } from "@/lib/feed/wake";
import { contextOf } from "@/lib/request/context";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { AppError, causeOf } from "@/lib/values/errors";
import type { Handler } from "./endpoint";

export const CHANGE_HEADER = "Latchkey-Change";

/** The change that a request made which narrows, and has it told at once. It is done by then: that it cannot be named fails nothing. */
async function nameChange(requestId: string): Promise<string | null> {
  if (env().FEED_SIGNING_KEY === undefined) return null;
  const change = await findChange(requestId).catch((error: unknown) => {
    log.warn(causeOf(error), "a change could not be named");
    return null;
  });
  if (change !== null) wakeFeed();
  return change;
}

/** What ends or narrows a key says which change that was, so that whoever asked can learn when it holds everywhere. */
export function tellChange<Params>(handler: Handler<Params>): Handler<Params> {
  return async (request, params) => {
    const result = await handler(request, params);
    if (result instanceof Response) return result;
    const change = await nameChange(contextOf(request).id);
    return change === null ? result : { ...result, headers: { ...result.headers, [CHANGE_HEADER]: change } };
  };
}

/** Names for staff, numbers for an owner. */
export type ShownReceipts = Receipts | ReceiptCounts;

/**
 * What a page shows of a change. Null where no verifier follows, where it is too long ago, and where it cannot be read: pages
 * are there without it.
 * @param ownerId as `findReceipts` has it
 */
export async function findShownReceipts(change: string, ownerId: string | null): Promise<ShownReceipts | null> {
  if (env().FEED_SIGNING_KEY === undefined) return null;
  try {
    const receipts = await findReceipts(change, ownerId);
    const { confirmed, bounded, pending, may_accept } = countReceipts(receipts);
    if (confirmed + bounded + pending + may_accept === 0) return null;
    return ownerId === null ? receipts : countReceipts(receipts);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "CHANGE_NOT_FOUND")) log.warn(causeOf(error), "receipts could not be read");
    return null;
  }
}

/** The same of what an action has just done; nothing where it did not narrow. */
export async function receiptsOfDeed(actor: Actor, ownerId: string | null): Promise<{ receipts?: ShownReceipts }> {
  const change = actor.requestId === null ? null : await nameChange(actor.requestId);
  const receipts = change === null ? null : await findShownReceipts(change, ownerId);
  return receipts ? { receipts } : {};
}
