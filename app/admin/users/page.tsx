import type { Metadata } from "next";
import { FoundLine } from "@/components/admin/found-line";
import { JumpForm } from "@/components/admin/jump-form";
import { BY_TIME, KeysetPages } from "@/components/admin/keyset-pages";
import { ListHeading } from "@/components/admin/list-heading";
import { UserTable } from "@/components/admin/users/user-table";
import { FilterForm } from "@/components/keys/filter-form";
import { SearchField } from "@/components/keys/search-field";
import { ChoiceLinks } from "@/components/ui/choice-links";
import { requireAdmin } from "@/lib/doors/page-guards";
import type { UserCounts } from "@/lib/users/counts";
import { listUsers } from "@/lib/users/list";
import { USER_FILTERS, USER_ROLES, type UserSearch, userSearchSchema } from "@/lib/users/schemas";
import { type Count, countText } from "@/lib/values/bounded-count";
import { isolated } from "@/lib/values/isolated";
import { isConfirmedAction } from "../confirm/actions";
import { usersAddress } from "./address";

export const metadata: Metadata = { title: "Users" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function UsersPage({ searchParams }: Props) {
  const admin = await requireAdmin();
  const search = userSearchSchema.parse(await searchParams);
  const { users, newer, older, counts } = await listUsers(admin, search);
  const sorts = { created: usersAddress(search, { sort: "created" }), seen: usersAddress(search, { sort: "seen" }) };
  const isBySeen = search.sort === "seen";
  const kept = { role: search.role, filter: search.filter, sort: isBySeen ? search.sort : null };
  return (
    <>
      <ListHeading title="Users" exportHref={usersAddress(search, {}, "/admin/users/export")} isFresh={isConfirmedAction} />
      <FilterForm path="/admin/users" label="Search" kept={kept} className="mt-6 flex max-w-2xl gap-2">
        <SearchField
          label="Find users by name, e-mail address, id, or the visible part of a key"
          placeholder="Name, e-mail address, id, or part of a key"
          value={search.q}
        />
      </FilterForm>
      <div className="mt-4 flex flex-wrap gap-x-6 gap-y-3">
        <ChoiceLinks label="Role" choices={roleChoices(counts, search)} />
        <ChoiceLinks label="State" choices={stateChoices(counts, search)} />
      </div>
      <FoundLine all={isFiltered(search) ? usersAddress(userSearchSchema.parse({ sort: search.sort })) : null}>
        {describeFound(counts.found, search)}
      </FoundLine>
      {users.length > 0 && <UserTable users={users} sort={search.sort} sorts={sorts} now={new Date()} />}
      <KeysetPages
        of="users"
        newer={newer && usersAddress(search, { before: newer })}
        older={older && usersAddress(search, { after: older })}
        ends={{ first: usersAddress(search), last: usersAddress(search, { last: true }) }}
        names={isBySeen ? { ...BY_TIME, newer: "Seen later", older: "Seen earlier" } : BY_TIME}
        jump={<JumpForm path="/admin/users" kept={{ ...kept, q: search.q }} to="day" value={search.jump ?? ""} />}
      />
    </>
  );
}

const ROLE_NAMES = { user: "Users", admin: "Administrators" };
const STATE_NAMES = { banned: "Banned", "low-credits": "Low on credits" };

function roleChoices({ roles }: UserCounts, search: UserSearch) {
  return [null, ...USER_ROLES].map((role) => ({
    name: role ? ROLE_NAMES[role] : "Any role",
    href: usersAddress(search, { role }),
    isChosen: search.role === role,
    count: roles.get(role),
  }));
}

function stateChoices({ filters }: UserCounts, search: UserSearch) {
  return [null, ...USER_FILTERS].map((filter) => ({
    name: filter ? STATE_NAMES[filter] : "Any state",
    href: usersAddress(search, { filter }),
    isChosen: search.filter === filter,
    count: filters.get(filter),
  }));
}

function isFiltered({ sort: _, ...conditions }: UserSearch): boolean {
  return Object.values(conditions).some(Boolean);
}

function describeFound(found: Count, { q, role, filter }: UserSearch): string {
  if (found.value > 0) return found.value === 1 ? "1 user." : `${countText(found)} users.`;
  if (!q) return "Nobody fits.";
  return `Nobody${role || filter ? " of those chosen" : ""} has “${isolated(q)}” in their e-mail address or name.`;
}
