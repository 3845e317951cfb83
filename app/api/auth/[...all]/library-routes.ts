import { z } from "zod";
import { changePasswordSchema } from "@/lib/identity/schemas";

/**
 * The identity library's own routes that the portal uses. Everything else it offers (sign-up without our audit entry,
 * session lists with tokens in them, account deletion) stays closed.
 */
export const LIBRARY_ROUTES: Readonly<Record<string, "GET" | "POST">> = {
  "/jwks": "GET",
  "/sign-in/email": "POST",
  "/sign-out": "POST",
  "/change-password": "POST",
};

const unchecked = z.unknown().optional();

/** The fields that their bodies may have. What is in them the library checks, but for a password, which is ours to check. */
export const LIBRARY_BODIES: Readonly<Partial<Record<string, z.ZodObject>>> = {
  "/sign-in/email": z.strictObject({
    email: unchecked,
    password: unchecked,
    rememberMe: unchecked,
    // The library refuses any other without a code.
    callbackURL: z.string("callbackURL must be a string").optional(),
  }),
  "/change-password": changePasswordSchema.extend({ revokeOtherSessions: unchecked }).strict(),
};
