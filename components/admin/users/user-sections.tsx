import type { ReactNode } from "react";
import { StateBadge } from "@/components/keys/state-badge";
import { Masked } from "@/components/keys/table-parts";
import { Moment } from "@/components/ui/moment";
import { Cell, Header, RowHeader, RowLink, Table } from "@/components/ui/table";
import { Written } from "@/components/ui/written";
import type { Adjustment } from "@/lib/users/adjust-credits";
import type { UserKey, UserSession } from "@/lib/users/page";
import { browserName } from "@/lib/values/browser-name";

type SectionProps = { title: string; aside?: ReactNode; children: ReactNode };

export function Section({ title, aside, children }: SectionProps) {
  return (
    <section aria-label={title} className="mt-10 border-line border-t pt-6">
      <div className="flex flex-wrap items-baseline justify-between gap-3">
        <h2 className="font-medium text-lg">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

export function Nothing({ children }: { children: string }) {
  return <p className="mt-2 text-ink-muted">{children}</p>;
}

/** The newest keys; narrow screens keep name, credential, status and last use. */
export function UserKeys({ keys, now }: { keys: readonly UserKey[]; now: Date }) {
  const head = (
    <>
      <Header>Key</Header>
      <Header>Status</Header>
      <Header className="hidden sm:table-cell">Last used</Header>
      <Header className="hidden sm:table-cell">Created</Header>
    </>
  );
  return (
    <Table className="mt-2" caption="Keys of this user" head={head}>
      {keys.map((key) => (
        <tr key={key.id} className="border-line border-b align-top">
          <RowHeader>
            <RowLink href={`/admin/keys?q=${key.id}`}>
              <Written>{key.name}</Written>
            </RowLink>
            <Masked>{key.masked}</Masked>
            <span className="mt-1 block text-ink-muted text-sm sm:hidden">
              <LastUsed at={key.lastUsedAt} now={now} />
            </span>
          </RowHeader>
          <Cell>
            <StateBadge state={key.state} />
          </Cell>
          <Cell className="hidden whitespace-nowrap sm:table-cell">
            <LastUsed at={key.lastUsedAt} now={now} />
          </Cell>
          <Cell className="hidden whitespace-nowrap sm:table-cell">
            <Moment at={key.createdAt} now={now} as="day" />
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

function LastUsed({ at, now }: { at: Date | null; now: Date }) {
  return at ? <Moment at={at} now={now} as="ago" /> : <span className="text-ink-faint">Never used</span>;
}

export function Adjustments({ adjustments, now }: { adjustments: readonly Adjustment[]; now: Date }) {
  return (
    <ul className="mt-2 divide-y divide-line">
      {adjustments.map(({ id, amount, reason, at }) => (
        <li key={id} className="grid grid-cols-[minmax(5rem,auto)_minmax(0,1fr)_auto] gap-x-4 py-2">
          <span className={`tabular-nums ${amount < 0 ? "text-danger" : "text-positive"}`}>
            {amount < 0 ? "−" : "+"}
            {Math.abs(amount).toLocaleString("en-GB")}
          </span>
          <span className="[overflow-wrap:anywhere]">
            {reason === null ? <span className="text-ink-faint">No reason given</span> : <Written>{reason}</Written>}
          </span>
          <span className="whitespace-nowrap text-ink-muted">
            <Moment at={at} now={now} as="ago" />
          </span>
        </li>
      ))}
    </ul>
  );
}

export function UserSessions({ sessions, now }: { sessions: readonly UserSession[]; now: Date }) {
  return (
    <ul className="mt-2 divide-y divide-line">
      {sessions.map(({ id, createdAt, ipAddress, userAgent }) => (
        <li key={id} className="flex flex-wrap justify-between gap-x-4 py-2">
          <span>{browserName(userAgent)}</span>
          <span className="text-ink-muted [overflow-wrap:anywhere]">
            Signed in <Moment at={createdAt} now={now} as="ago" />
            {ipAddress && ` from ${ipAddress}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
