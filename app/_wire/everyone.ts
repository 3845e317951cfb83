import { z } from "zod";
import type { Account } from "@/lib/users/accounts";
import type { CreditsChanged } from "@/lib/users/change-credits";
import { USER_ROLES } from "@/lib/users/schemas";

export const accountAnswer = z
  .strictObject({
    id: z.uuid(),
    external_id: z.string().nullable().meta({ description: "What the person was called elsewhere, first." }),
    email: z.string(),
    name: z.string(),
    credits: z.int().meta({ description: "The balance." }),
    role: z.enum(USER_ROLES),
    email_verified: z.boolean().meta({ description: "Whether the address is known to be theirs." }),
    banned: z.boolean(),
    active_keys: z.int().meta({ description: "Keys that can be used now." }),
    created_at: z.date(),
    last_seen_at: z.date().nullable().meta({ description: "The latest sign-in." }),
  })
  .meta({ id: "Account" });

export const creditEntryAnswer = z
  .strictObject({
    id: z.int(),
    amount: z.int(),
    reason: z.string().nullable(),
    reference: z.string().nullable(),
    at: z.date(),
  })
  .meta({ id: "CreditEntry" });

/** A user as staff's systems are told of them. */
export function toAccount(account: Account): z.input<typeof accountAnswer> {
  return account;
}

export function toCreditEntry({ user_id: _, ...entry }: CreditsChanged["entry"]): z.input<typeof creditEntryAnswer> {
  return entry;
}
