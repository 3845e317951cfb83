import { createHash } from "node:crypto";
import type { OneCall, ReportedCall } from "./record";
import type { Signature } from "./signature";

/**
 * What a report of one call says of itself. With a time and a request's id its bytes are those of no other call, so that they
 * count once under any id; they are remembered as long as their time is accepted.
 */
export function describeCall({ ts, requestId }: ReportedCall, body: Uint8Array, { form }: Signature): OneCall {
  const isOnlyOne = typeof ts === "number" && Boolean(requestId?.value);
  return {
    bodyHash: isOnlyOne ? createHash("sha256").update(body).digest().subarray(0, 16) : null,
    isReplayable: form === "v1" && !isOnlyOne,
  };
}
