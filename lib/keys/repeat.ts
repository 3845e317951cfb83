import "server-only";
import { type Actor, callerName } from "@/lib/audit/actors";
import type { Run } from "@/lib/database/client";
import { claimOnce, describeOnce, type Once } from "@/lib/database/idempotency";
import { int, statement, text, uuid } from "@/lib/database/statements";
import { AppError } from "@/lib/values/errors";

/** A request about a key as its caller names it; null where it does not. `input`: all that it asks for. */
export function describeKeyOnce(
  actor: Actor,
  route: "create-key" | "regenerate-key",
  header: string | null | undefined,
  input: unknown,
): Once | null {
  return describeOnce(callerName(actor), route, header, input);
}

/**
 * Notes in a transaction that the request makes or changes this key.
 * @throws AppError IDEMPOTENCY_KEY_USED for a repeat, IDEMPOTENCY_KEY_MISMATCH
 */
export async function claimForKey(run: Run, once: Once, keyUuid: string): Promise<void> {
  const earlier = await claimOnce(run, once, keyUuid);
  if (earlier !== null) throw await explainRepeat(run, earlier);
}

const KEY = statement(
  "key-of-repeat",
  { id: int, uuid, name: text },
  "SELECT id, uuid, name FROM api_keys WHERE uuid = $uuid::uuid",
);

/** What whoever repeats a request about this key is told: credentials are not kept, so the answer cannot be given again. */
export async function explainRepeat(run: Run, keyUuid: string): Promise<AppError> {
  const [key] = await run(KEY, { uuid: keyUuid });
  return new AppError("IDEMPOTENCY_KEY_USED", key && { key });
}
