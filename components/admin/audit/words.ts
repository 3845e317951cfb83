import { AUDIT_ACTIONS, type AuditAction } from "@/lib/audit/actions";

const ACTIONS: Record<AuditAction, string> = {
  "api_key.created": "Key created",
  "api_key.regenerated": "Key regenerated",
  "api_key.grace_ended": "Old credential ended early",
  "api_key.updated": "Key changed",
  "api_key.revoked": "Key revoked",
  "api_key.deleted": "Key deleted",
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
  "user.banned": "Banned",
  "user.unbanned": "Unbanned",
  "user.role_changed": "Role changed",
  "user.sessions_ended": "Sessions ended",
  "user.keys_revoked": "All keys revoked",
  "keys.exported": "Keys exported",
  "users.exported": "Users exported",
  "audit.exported": "Audit log exported",
};

/** For a choice among them, in the order of the list. */
export const ACTION_OPTIONS = AUDIT_ACTIONS.map((action) => ({ value: action, label: ACTIONS[action] }));

export function actionName(action: string): string {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action as AuditAction] : action;
}

const NAMELESS: Record<string, string> = { system: "Latchkey", admin_api: "Admin API" };

export function actorName({ kind, id, email }: { kind: string; id: string | null; email: string | null }): string {
  return email ?? id ?? NAMELESS[kind] ?? kind;
}

const EXPORTS: Record<string, string> = { keys: "The list of keys", users: "The list of users", audit: "The audit log" };

export function targetName({ kind, id, name }: { kind: string; id: string; name: string | null }): string {
  if (kind === "export") return EXPORTS[id] ?? id;
  return name ?? (kind === "api_key" ? `Key ${id}` : id);
}

/** `revoked_at` as people read it: "Revoked at". */
export function fieldName(field: string): string {
  const words = field.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
