import type { ReactNode } from "react";
import { Link } from "@/components/ui/link";
import { Moment } from "@/components/ui/moment";
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
  return (
    <table className="mt-6 w-full border-collapse text-left">
      <caption className="sr-only">Users</caption>
      <thead className="border-line border-b text-ink-muted text-sm">
        <tr>
          <Header>User</Header>
          <Header className="hidden sm:table-cell">Status</Header>
          <Header className="hidden md:table-cell">Role</Header>
          <Header className="text-right max-sm:pr-0">Credits</Header>
          <Header className="hidden whitespace-nowrap text-right sm:table-cell">Usable keys</Header>
          <SortHeader isSorted={sort === "seen"} href={sorts.seen} className="hidden sm:table-cell">
            Last seen
          </SortHeader>
          <SortHeader isSorted={sort === "created"} href={sorts.created} className="hidden lg:table-cell">
            Joined
          </SortHeader>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <Row key={user.id} user={user} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ user, now }: { user: ListedUser; now: Date }) {
  const { credits } = user;
  return (
    <tr className="border-line border-b align-top transition-colors hover:bg-surface">
      <th scope="row" className="py-2.5 pr-4 font-normal">
        <Link
          href={`/admin/users/${user.id}`}
          className="block w-fit rounded-sm font-medium underline-offset-4 [overflow-wrap:anywhere] hover:underline"
        >
          <EmailText>{user.email}</EmailText>
        </Link>
        <span className="block text-ink-muted text-sm [overflow-wrap:anywhere]">{user.name}</span>
        <span className="mt-1.5 flex flex-wrap items-center gap-2 text-ink-muted text-sm sm:hidden">
          <StatusBadge isBanned={user.isBanned} />
          {user.role === "admin" && <RoleName of="admin" />}
          <span>{keysText(user.keys)}</span>
        </span>
      </th>
      <Cell className="hidden sm:table-cell">
        <StatusBadge isBanned={user.isBanned} />
      </Cell>
      <Cell className="hidden md:table-cell">
        <RoleName of={user.role} />
      </Cell>
      <Cell className={`text-right tabular-nums max-sm:pr-0 ${credits < 0 ? "text-danger" : ""}`}>
        {credits.toLocaleString("en-GB")}
      </Cell>
      <Cell className={`hidden text-right tabular-nums sm:table-cell ${user.keys === 0 ? "text-ink-faint" : ""}`}>
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

const CELL = "pr-4 last:pr-0";

function Cell({ className, children }: { className: string; children: ReactNode }) {
  return <td className={`py-2.5 ${CELL} ${className}`}>{children}</td>;
}

function Header({ className = "", children }: { className?: string; children: ReactNode }) {
  return (
    <th scope="col" className={`py-2 font-medium ${CELL} ${className}`}>
      {children}
    </th>
  );
}

type SortProps = { isSorted: boolean; href: string; className: string; children: string };

/** Both orders go one way only, the latest first, as their indexes do. */
function SortHeader({ isSorted, href, className, children }: SortProps) {
  return (
    <th scope="col" aria-sort={isSorted ? "descending" : undefined} className={`py-2 font-medium ${CELL} ${className}`}>
      <Link href={href} scroll={false} className="whitespace-nowrap rounded-sm hover:text-ink">
        {children}
        <span aria-hidden="true" className={isSorted ? "text-ink" : "invisible"}>
          {" ↓"}
        </span>
      </Link>
    </th>
  );
}
