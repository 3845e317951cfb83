import { jsonResponse } from "@/lib/doors/json-response";
import { findUser } from "@/lib/doors/page-guards";
import { findFirstCall } from "@/lib/keys/first-call";
import { AppError } from "@/lib/values/errors";

/** What a page asks that waits for a key's first call: a `FirstCall`, 401 when the session is over, 404 for no key of theirs. */
export async function GET(_request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const user = await findUser();
  if (!user) return jsonResponse({ code: "NOT_AUTHENTICATED" }, 401);
  try {
    return jsonResponse(await findFirstCall(user, (await params).id), 200);
  } catch (error) {
    if (error instanceof AppError && error.status === 404) return jsonResponse({ code: error.code }, 404);
    throw error;
  }
}
