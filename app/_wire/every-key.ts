import { maskCredential } from "@latchkey/rule/credentials";
import { readLife } from "@latchkey/rule/sql";
import { INACTIVE_STATUSES, keyStatus } from "@latchkey/rule/status";
import { z } from "zod";
import type { ListedKey } from "@/lib/keys/list";

export const adminKeyAnswer = z
  .strictObject({
    id: z.int(),
    key: z.string().meta({ description: "Masked: the prefix, six characters and three dots. Of a short imported one, fewer." }),
    name: z.string(),
    active: z.boolean().meta({ description: `Not ${INACTIVE_STATUSES.join(", ")}.` }),
    created_at: z.date(),
    user_email: z.string(),
    user_credits: z.int(),
  })
  .meta({ id: "AdminKey" });

/** A key in the DataZag list: masked, with its owner's address and balance. */
export function toAdminKey(key: ListedKey, now: Date): z.input<typeof adminKeyAnswer> {
  return {
    id: key.id,
    key: maskCredential(key.format, key.hint),
    name: key.name,
    active: keyStatus(readLife(key), now) === "active",
    created_at: key.created_at,
    user_email: key.user_email,
    user_credits: key.user_credits,
  };
}
