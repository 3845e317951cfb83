/** What the audit log can say was done, as people read it. */
export const ACTION_WORDS = {
  "api_key.created": "Key created",
  "api_key.regenerated": "Key regenerated",
  "api_key.grace_ended": "Old credential ended early",
  "api_key.updated": "Key changed",
  "api_key.disabled": "Key disabled",
  "api_key.enabled": "Key enabled",
  "api_key.revoked": "Key revoked",
  "api_key.deleted": "Key deleted",
  "api_key.restored": "Key restored",
  "api_key.imported": "Key imported",
  "user.registered": "Registered",
  "user.created": "Account made by staff’s systems",
  "user.imported": "Account imported",
  "user.signed_in": "Signed in",
  "user.sign_in_failed": "Sign-in failed",
  "user.signed_out": "Signed out",
  "session.used_from_new_network": "Session used from another network",
  "user.profile_updated": "Profile changed",
  "user.password_changed": "Password changed",
  "user.password_reset": "Password reset",
  "user.password_confirmed": "Password confirmed",
  "user.password_refused": "Wrong password in a session",
  "user.reset_link_requested": "Reset link asked for",
  "user.reset_link_issued": "Reset link issued",
  "user.email_verified": "E-mail address verified",
  "user.account_reclaimed": "Account reclaimed by whose address it is",
  "user.credits_adjusted": "Credits adjusted",
  "credits.imported": "Credits imported",
  "user.usage_not_charged": "Usage not charged",
  "user.banned": "Banned",
  "user.unbanned": "Unbanned",
  "user.role_changed": "Role changed",
  "user.viewed": "Read by staff",
  "user.sessions_ended": "Sessions ended",
  "user.keys_revoked": "All keys revoked",
  "service.created": "Service made",
  "service.changed": "Service changed",
  "service.rotated": "Service’s credential rotated",
  "service.credential_revoked": "Service’s credential revoked",
  "service.revoked": "Service revoked",
  "service.refused": "Service refused",
  "secret.retired": "Shared secret switched off",
  "secret.accepted": "Shared secret switched on",
  "secret.refused": "Wrong secret",
  "keys.listed": "Keys of everyone listed",
  "keys.exported": "Keys exported",
  "users.listed": "Users listed",
  "users.exported": "Users exported",
  "audit.exported": "Audit log exported",
  "import.run": "Import run",
} as const;

export type AuditAction = keyof typeof ACTION_WORDS;

export const AUDIT_ACTIONS = Object.keys(ACTION_WORDS) as AuditAction[];

/** What an action is called; its own name when a newer version of the portal wrote it. */
export function actionName(action: string): string {
  return Object.hasOwn(ACTION_WORDS, action) ? ACTION_WORDS[action as AuditAction] : action;
}

/** What can be exported, by the id that an entry has as its target. */
export const EXPORTS: Record<string, string> = {
  keys: "The list of keys",
  users: "The list of users",
  audit: "The audit log",
};

/** Where a secret is asked for, by the id that an entry has as its target when nobody is known to be meant. */
export const DOOR_NAMES = {
  sign_in: "The sign-in, for nobody’s address",
  admin_secret: "The secret of the admin API",
  service_secret: "The secret of services",
  usage_signature: "The signature of usage reports",
  metrics_token: "The token for metrics",
} as const;

export type Door = keyof typeof DOOR_NAMES;

/** What acts without being a known person. */
export const NAMELESS_ACTORS: Record<string, string> = {
  visitor: "Somebody unknown",
  system: "Latchkey",
  admin_api: "Admin API",
  api_key: "The key itself",
};
