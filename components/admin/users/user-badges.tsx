import { Badge } from "@/components/ui/badge";
import type { UserRole } from "@/lib/users/schemas";
import { legible } from "@/lib/values/isolated";

const ROLE_NAMES: Record<UserRole, string> = { user: "User", admin: "Administrator" };

export function StatusBadge({ isBanned }: { isBanned: boolean }) {
  return isBanned ? <Badge tone="danger">Banned</Badge> : <Badge tone="positive">Active</Badge>;
}

/** Lines break in front of the @ before they break anywhere else. */
export function EmailText({ children: email }: { children: string }) {
  const [name = "", ...domain] = email.split(/(?=@)/);
  return (
    <bdi>
      {legible(name)}
      <wbr />
      {legible(domain.join(""))}
    </bdi>
  );
}

/** Staff stand out; everybody else is what one expects. */
export function RoleName({ of: role }: { of: UserRole }) {
  return role === "admin" ? <Badge tone="accent">{ROLE_NAMES.admin}</Badge> : <span>{ROLE_NAMES.user}</span>;
}
