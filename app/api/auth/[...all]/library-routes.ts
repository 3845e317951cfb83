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
