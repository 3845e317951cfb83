import { Moment } from "@/components/ui/moment";
import { Cell, Header, RowHeader, RowLink, SortLink, Table } from "@/components/ui/table";
import { Written } from "@/components/ui/written";
import type { ListedUser } from "@/lib/users/list";
import type { UserSort } from "@/lib/users/schemas";
import { EmailText, RoleName, StatusBadge } from "./user-badges";

type Props = {
  users: readonly ListedUser[];
  sort: UserSort;
  /** Where the list in each order is. */
  sorts: Record<UserSort, string>;
  now: Date;
};

/** Narrow screens keep who it is, the status, credits and keys; the rest is on the user's own page. */
export function UserTable({ users, sort, sorts, now }: Props) {
  const head = (
    <>
      <Header>User</Header>
      <Header className="hidden w-24 sm:table-cell">Status</Header>
      <Header className="hidden w-34 md:table-cell">Role</Header>
      <Header className="w-28 text-right max-sm:pr-0">Credits</Header>
      <Header className="hidden w-36 whitespace-nowrap pr-8 text-right lg:table-cell">Usable keys</Header>
      <SortHeader isSorted={sort === "seen"} href={sorts.seen} className="hidden w-36 sm:table-cell">
        Last signed in
      </SortHeader>
      <SortHeader isSorted={sort === "created"} href={sorts.created} className="hidden w-28 lg:table-cell">
        Joined
      </SortHeader>
    </>
  );
  return (
    <Table className="mt-6 table-fixed" caption="Users" head={head}>
      {users.map((user) => (
        <Row key={user.id} user={user} now={now} />
      ))}
    </Table>
  );
}

function Row({ user, now }: { user: ListedUser; now: Date }) {
  const { credits } = user;
  return (
    <tr className="border-line border-b align-top transition-colors hover:bg-surface">
      <RowHeader>
        <RowLink href={`/admin/users/${user.id}`}>
          <EmailText>{user.email}</EmailText>
        </RowLink>
        <span className="block text-ink-muted text-sm [overflow-wrap:anywhere]">
          <Written>{user.name}</Written>
          {user.name && user.externalId !== null && " · "}
          {user.externalId !== null && <Written>{user.externalId}</Written>}
        </span>
        <span className="mt-1.5 flex flex-wrap items-center gap-2 text-ink-muted text-sm sm:hidden">
          <StatusBadge isBanned={user.isBanned} />
          {user.role === "admin" && <RoleName of="admin" />}
          <span>{keysText(user.keys)}</span>
        </span>
      </RowHeader>
      <Cell className="hidden sm:table-cell">
        <StatusBadge isBanned={user.isBanned} />
      </Cell>
      <Cell className="hidden md:table-cell">
        <RoleName of={user.role} />
      </Cell>
      <Cell className={`text-right tabular-nums max-sm:pr-0 ${credits < 0 ? "text-danger" : ""}`}>
        {credits.toLocaleString("en-GB")}
      </Cell>
      <Cell className={`hidden pr-8 text-right tabular-nums lg:table-cell ${user.keys === 0 ? "text-ink-faint" : ""}`}>
        {user.keys.toLocaleString("en-GB")}
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        {user.lastSeenAt ? <Moment at={user.lastSeenAt} now={now} as="ago" /> : <span className="text-ink-faint">Never</span>}
      </Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">
        <Moment at={user.createdAt} now={now} as="day" />
      </Cell>
    </tr>
  );
}

function keysText(keys: number): string {
  return keys === 1 ? "1 usable key" : `${keys.toLocaleString("en-GB")} usable keys`;
}

type SortProps = { isSorted: boolean; href: string; className: string; children: string };

/** Both orders go one way only, the latest first, as their indexes do. */
function SortHeader({ isSorted, href, className, children }: SortProps) {
  return (
    <Header order={isSorted ? "descending" : undefined} className={className}>
      <SortLink href={href} direction={isSorted ? "down" : null}>
        {children}
      </SortLink>
    </Header>
  );
}
