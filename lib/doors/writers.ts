import "server-only";
import type { CurrentUser } from "@/lib/audit/actors";
import { countWrite } from "@/lib/identity/write-rate";
import { requireApiUser } from "./guards";
import { type PageUser, requireUserOfForm } from "./page-guards";

// For whoever changes something, of which one person may do so much in a minute. What ends a key is never refused for it.

/** @throws AppError NOT_AUTHENTICATED, TOKEN_NOT_VALID, TOO_MANY_REQUESTS */
export async function requireApiWriter(request: Request): Promise<CurrentUser> {
  return counted(await requireApiUser(request));
}

/** In an action. @throws AppError NOT_AUTHENTICATED, OTHER_ACCOUNT, TOO_MANY_REQUESTS */
export async function requireWriterOfForm(form: FormData): Promise<PageUser> {
  return counted(await requireUserOfForm(form));
}

async function counted<User extends CurrentUser>(user: User): Promise<User> {
  await countWrite(user.id);
  return user;
}
