import { z } from "zod";
import type { Profile } from "@/lib/identity/accounts";

export const userAnswer = z
  .strictObject({
    id: z.uuid(),
    email: z.email(),
    first_name: z.string(),
    last_name: z.string(),
    full_name: z.string().meta({ description: "First and last name, or the e-mail address." }),
    short_name: z.string().meta({ description: "The first name, or what stands before the @." }),
    phone_number: z.string().nullable(),
    timezone: z.string(),
    is_verified: z.boolean().meta({ description: "Whether the e-mail address is known to be theirs." }),
    phone_verified: z.boolean(),
    is_staff: z.boolean().meta({ description: "Whether they are an administrator." }),
    is_superuser: z.boolean().meta({ description: "The same." }),
    credits: z.int().meta({ description: "The balance." }),
    created_at: z.date(),
    updated_at: z.date(),
    last_login_at: z.date().nullable(),
  })
  .meta({ id: "User" });

/** The `user` object of the identity routes. Roles are written as the Mifumo clients know them. */
export function toUser(user: Profile): z.input<typeof userAnswer> {
  const isAdmin = user.role === "admin";
  return {
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    full_name: `${user.firstName} ${user.lastName}`.trim() || user.email,
    short_name: user.firstName || user.email.replace(/@.*/, ""),
    phone_number: user.phoneNumber,
    timezone: user.timezone,
    is_verified: user.emailVerified,
    phone_verified: user.phoneVerified,
    is_staff: isAdmin,
    is_superuser: isAdmin,
    credits: Number(user.credits),
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    last_login_at: user.lastLoginAt,
  };
}
