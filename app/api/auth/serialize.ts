import type { Profile } from "@/lib/identity/accounts";

/** The `user` object of the identity routes. Roles are written as the Mifumo clients know them. */
export function toUser(user: Profile) {
  const isAdmin = user.role === "admin";
  return {
    id: user.id,
    email: user.email,
    first_name: user.firstName,
    last_name: user.lastName,
    full_name: `${user.firstName} ${user.lastName}`.trim() || user.email,
    short_name: user.firstName || user.email.split("@", 1)[0],
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
