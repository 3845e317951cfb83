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
  "user.registered": "Registered",
  "user.signed_in": "Signed in",
  "user.signed_out": "Signed out",
  "user.profile_updated": "Profile changed",
  "user.password_changed": "Password changed",
  "user.password_reset": "Password reset",
  "user.password_confirmed": "Password confirmed",
  "user.reset_link_issued": "Reset link issued",
  "user.email_verified": "E-mail address verified",
  "user.credits_adjusted": "Credits adjusted",
  "user.usage_not_charged": "Usage not charged",
  "user.banned": "Banned",
  "user.unbanned": "Unbanned",
  "user.role_changed": "Role changed",
  "user.sessions_ended": "Sessions ended",
  "user.keys_revoked": "All keys revoked",
  "keys.exported": "Keys exported",
  "users.exported": "Users exported",
  "audit.exported": "Audit log exported",
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

/** What acts without being a person. */
export const NAMELESS_ACTORS: Record<string, string> = {
  system: "Latchkey",
  admin_api: "Admin API",
  api_key: "The key itself",
};
