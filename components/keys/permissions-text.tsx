import type { Permissions } from "@latchkey/rule/permissions";

/** Permissions in a few words: `read, write`, or `sms:send, reports:read`. */
export function describePermissions(permissions: Permissions): string {
  const words = Array.isArray(permissions)
    ? permissions
    : Object.entries(permissions).flatMap(([resource, actions]) => actions.map((action) => `${resource}:${action}`));
  return words.join(", ") || "None";
}

export function PermissionsText({ permissions }: { permissions: Permissions }) {
  const text = describePermissions(permissions);
  return (
    <span title={text} className="line-clamp-2 [overflow-wrap:anywhere]">
      {text}
    </span>
  );
}
