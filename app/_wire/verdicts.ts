import { pickLimits } from "@latchkey/rule/limits";
import { REFUSAL_CODES, REFUSAL_REASONS } from "@latchkey/rule/verdicts";
import { z } from "zod";
import { limitAnswers } from "@/lib/keys/limits";
import type { Verdict } from "@/lib/verification/verify";

const validAnswer = z
  .strictObject({
    valid: z.literal(true),
    code: z.literal("VALID"),
    key_id: z.uuid(),
    name: z.string(),
    user_id: z.uuid(),
    ...limitAnswers,
    credits: z.int().meta({ description: "The owner’s balance before this call." }),
    expires_at: z
      .date()
      .nullable()
      .meta({ description: "When the credential ends: as its key does, or, where it was replaced, with its grace." }),
  })
  .meta({ id: "ValidKey" });

const refusalAnswer = z
  .strictObject({
    valid: z.literal(false),
    code: z.enum(REFUSAL_CODES),
    reason: z.string().meta({ description: "The code as a sentence. Of a malformed credential: what is wrong with it." }),
    key_id: z.uuid().optional().meta({ description: "Of a key that is known." }),
  })
  .meta({ id: "RefusedKey" });

export const verdictAnswer = z.union([validAnswer, refusalAnswer]).meta({ id: "Verdict" });

export function toVerdict({ code, key, malformed }: Verdict): z.input<typeof verdictAnswer> {
  if (code !== "VALID" || !key) {
    const refusal = code === "VALID" ? "NOT_FOUND" : code;
    const reason = malformed ? `The credential is malformed: ${malformed}.` : REFUSAL_REASONS[refusal];
    return { valid: false, code: refusal, reason, ...(key && { key_id: key.uuid }) };
  }
  return {
    valid: true,
    code,
    key_id: key.uuid,
    name: key.name,
    user_id: key.userId,
    ...pickLimits(key),
    credits: key.owner.credits,
    expires_at: endOfCredential(key),
  };
}

function endOfCredential({ expiresAt, replacedUntil }: { expiresAt: Date | null; replacedUntil: Date | null }): Date | null {
  if (!expiresAt || !replacedUntil) return expiresAt ?? replacedUntil;
  return expiresAt < replacedUntil ? expiresAt : replacedUntil;
}
