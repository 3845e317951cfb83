import "server-only";
import { findChange } from "@/lib/feed/receipts";
import { wakeFeed } from "@/lib/feed/wake";
import { contextOf } from "@/lib/request/context";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import type { Handler } from "./endpoint";

export const CHANGE_HEADER = "Latchkey-Change";

/**
 * What ends or narrows a key says which change that was, so that whoever asked can learn when it holds everywhere. The change is
 * done by then: that it cannot be named fails nothing.
 */
export function tellChange<Params>(handler: Handler<Params>): Handler<Params> {
  return async (request, params) => {
    const result = await handler(request, params);
    if (result instanceof Response || env().FEED_SIGNING_KEY === undefined) return result;
    const change = await findChange(contextOf(request).id).catch((error: unknown) => {
      log.warn(causeOf(error), "a change could not be named");
      return null;
    });
    if (change === null) return result;
    wakeFeed();
    return { ...result, headers: { ...result.headers, [CHANGE_HEADER]: change } };
  };
}
