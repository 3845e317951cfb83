import type { Metadata } from "next";
import { KeysetPages } from "@/components/admin/keyset-pages";
import { ListHeading } from "@/components/admin/list-heading";
import { UserFilterForm } from "@/components/admin/users/filter-form";
import { UserTable } from "@/components/admin/users/user-table";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { requireAdmin } from "@/lib/doors/guards";
import { listUsers } from "@/lib/users/list";
import { type UserSearch, userSearchSchema } from "@/lib/users/schemas";
import { isConfirmedAction } from "../confirm/actions";
import { usersAddress } from "./address";

export const metadata: Metadata = { title: "Users" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function UsersPage({ searchParams }: Props) {
  const admin = await requireAdmin();
  const search = userSearchSchema.parse(await searchParams);
  const { users, newer, older } = await listUsers(admin, search);
  const sorts = { created: usersAddress(search, { sort: "created" }), seen: usersAddress(search, { sort: "seen" }) };
  return (
    <>
      <ListHeading title="Users" exportHref={usersAddress(search, {}, "/admin/users/export")} isFresh={isConfirmedAction} />
      <UserFilterForm search={search} />
      {isFiltered(search) && (
        <p className="mt-4">
          <Link href={usersAddress(userSearchSchema.parse({ sort: search.sort }))} className={textLink}>
            Show all users
          </Link>
        </p>
      )}
      {users.length > 0 ? (
        <UserTable users={users} sort={search.sort} sorts={sorts} now={new Date()} />
      ) : (
        <p role="status" className="mt-6 text-ink-muted [overflow-wrap:anywhere]">
          {emptySentence(search)}
        </p>
      )}
      <KeysetPages
        of="users"
        newer={newer && usersAddress(search, { before: newer })}
        older={older && usersAddress(search, { after: older })}
        names={search.sort === "seen" ? { newer: "Seen later", older: "Seen earlier" } : undefined}
      />
    </>
  );
}

function isFiltered({ q, role, filter, after, before }: UserSearch): boolean {
  return Boolean(q || role || filter || after || before);
}

function emptySentence({ q, role, filter }: UserSearch): string {
  if (!q) return "Nobody fits.";
  return `Nobody${role || filter ? " of those chosen" : ""} has “${q}” in their e-mail address or name.`;
}
