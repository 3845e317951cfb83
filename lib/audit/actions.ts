/** What the audit log can say was done. */
export const AUDIT_ACTIONS = [
  "api_key.created",
  "api_key.regenerated",
  "api_key.grace_ended",
  "api_key.updated",
  "api_key.revoked",
  "api_key.deleted",
  "user.registered",
  "user.signed_in",
  "user.signed_out",
  "user.profile_updated",
  "user.password_changed",
  "user.password_reset",
  "user.password_confirmed",
  "user.reset_link_issued",
  "user.email_verified",
  "user.credits_adjusted",
  "user.banned",
  "user.unbanned",
  "user.role_changed",
  "user.sessions_ended",
  "user.keys_revoked",
  "keys.exported",
  "users.exported",
  "audit.exported",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
