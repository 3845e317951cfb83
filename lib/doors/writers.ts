import "server-only";
import type { CurrentUser } from "@/lib/audit/actors";
import { countWrite } from "@/lib/identity/write-rate";
import { requireApiUser, requireUserOnPage } from "./guards";

// For whoever changes something, of which one person may do so much in a minute. What ends a key is never refused for it.

/** @throws AppError NOT_AUTHENTICATED, TOKEN_NOT_VALID, TOO_MANY_REQUESTS */
export async function requireApiWriter(request: Request): Promise<CurrentUser> {
  return counted(await requireApiUser(request));
}

/** In an action, as `requireUserOnPage`. @throws AppError TOO_MANY_REQUESTS */
export async function requireWriterOnPage(fallback: string): Promise<CurrentUser> {
  return counted(await requireUserOnPage(fallback));
}

async function counted(user: CurrentUser): Promise<CurrentUser> {
  await countWrite(user.id);
  return user;
}
