import { createHash } from "node:crypto";
import { AppError, unavailable } from "@/lib/values/errors";
import type { Run } from "./client";
import { bytes, statement, text } from "./statements";

/** How long it is remembered what an Idempotency-Key did. */
export const REMEMBERED_DAYS = 30;

/** A request that is to be done once, as one caller names it at one route. */
export type Once = { caller: string; route: string; keyHash: Buffer; inputHash: Buffer };

const CLAIM = statement(
  "claim-idempotency-key",
  { target_id: text },
  `INSERT INTO idempotency_records (caller, route, key_hash, input_hash, target_id)
   VALUES ($caller, $route, $keyHash, $inputHash, $target) ON CONFLICT DO NOTHING RETURNING target_id`,
);
const FIND = statement(
  "idempotency-record",
  { input_hash: bytes, target_id: text },
  "SELECT input_hash, target_id FROM idempotency_records WHERE caller = $caller AND route = $route AND key_hash = $keyHash",
);

/** `header`: the Idempotency-Key, null for a request without one; `input`: all that it asks for. */
export function describeOnce(caller: string, route: string, header: string | null | undefined, input: unknown): Once | null {
  if (!header) return null;
  return { caller, route, keyHash: sha256(header), inputHash: sha256(JSON.stringify(input)) };
}

/**
 * Notes, in the caller's transaction, what the request makes or changes, before it does. A repeat answers what the first one
 * noted, and null is for the first. One that comes while the first is under way waits for how that ends.
 * @throws AppError IDEMPOTENCY_KEY_MISMATCH
 */
export async function claimOnce(run: Run, { inputHash, ...named }: Once, target: string): Promise<string | null> {
  const [claimed] = await run(CLAIM, { ...named, inputHash, target });
  if (claimed) return null;
  const [earlier] = await run(FIND, named);
  // Forgotten in between, after its thirty days.
  if (!earlier) throw unavailable(1);
  if (!inputHash.equals(earlier.input_hash)) throw new AppError("IDEMPOTENCY_KEY_MISMATCH");
  return earlier.target_id;
}

export function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
