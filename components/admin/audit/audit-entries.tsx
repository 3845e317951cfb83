import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { ReceiptsOnceOpen } from "@/components/keys/receipts";
import { ReceiptsBox } from "@/components/keys/receipts-box";
import { describeKept } from "@/components/keys/receipts-text";
import { Link } from "@/components/ui/link";
import { Moment } from "@/components/ui/moment";
import { textLink } from "@/components/ui/text-link";
import { Written } from "@/components/ui/written";
import { actionName } from "@/lib/audit/actions";
import type { AuditRecord } from "@/lib/audit/list";
import type { EntryReceipts } from "@/lib/audit/receipts";
import { Difference } from "./difference";
import { actorName, targetName } from "./words";

const COLUMNS = "lg:grid lg:grid-cols-[1rem_9.5rem_minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,1.2fr)_8rem] lg:gap-x-4";

type Props = { entries: readonly AuditRecord[]; now: Date };

/** Entries of the audit log. Each is a line that opens; narrow screens break the line. */
export function AuditEntries({ entries, now }: Props) {
  return (
    <>
      <div aria-hidden="true" className={`mt-4 hidden border-line border-b py-2 font-medium text-ink-muted text-sm ${COLUMNS}`}>
        <span />
        <span>When</span>
        <span>Who</span>
        <span>Did what</span>
        <span>To what</span>
        <span>From where</span>
      </div>
      <ol aria-label="Audit entries" className="mt-6 border-line border-t lg:mt-0 lg:border-t-0">
        {entries.map((entry) => (
          <li key={entry.id} className="border-line border-b">
            <Entry entry={entry} now={now} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Entry({ entry, now }: { entry: AuditRecord; now: Date }) {
  const { actor, target } = entry;
  return (
    <details className="group/entry">
      <summary
        className={`relative block list-none rounded-sm py-2.5 pl-6 transition-colors hover:bg-surface lg:pl-0 ${COLUMNS} [&::-webkit-details-marker]:hidden`}
      >
        <ChevronRight
          aria-hidden="true"
          className="absolute top-3 left-0 size-4 text-ink-faint transition-transform group-open/entry:rotate-90 lg:static lg:mt-0.5"
        />
        <span className="block text-ink-muted text-sm lg:text-base">
          <Moment at={entry.at} now={now} as="minute" />
        </span>
        <Part>
          <Written>{actorName(actor)}</Written>
          {actor.kind === "admin" && <span className="text-ink-muted"> (staff)</span>}
        </Part>
        <span className="block font-medium">{actionName(entry.action)}</span>
        <Part isSpare={target.kind === "user" && target.id === actor.id}>
          <Written>{targetName(target)}</Written>
          {target.masked && (
            <code translate="no" className="block font-mono text-ink-muted text-xs">
              {target.masked}
            </code>
          )}
        </Part>
        <span className="block text-ink-muted tabular-nums [overflow-wrap:anywhere]">{entry.address}</span>
      </summary>
      <div className="space-y-4 pt-2 pb-6 pl-6 lg:pl-8">
        <Difference before={entry.before} after={entry.after} now={now} />
        {entry.receipts && <Verifiers of={entry.receipts} />}
        <Facts entry={entry} />
      </div>
    </details>
  );
}

/** What verifiers made of it: as it was kept, or as it is now. */
function Verifiers({ of }: { of: EntryReceipts }) {
  if ("change" in of) return <ReceiptsOnceOpen change={of.change} narrowing={of.narrowing} />;
  const text = describeKept(of.kept, of.narrowing);
  return (
    text && (
      <div className="max-w-2xl">
        <ReceiptsBox text={text} />
      </div>
    )
  );
}

/** `isSpare`: narrow screens do without it. */
function Part({ isSpare = false, children }: { isSpare?: boolean; children: ReactNode }) {
  return <span className={`${isSpare ? "hidden lg:block" : "block"} [overflow-wrap:anywhere]`}>{children}</span>;
}

function Facts({ entry: { id, at, actor, target, requestId } }: { entry: AuditRecord }) {
  return (
    <dl className="grid max-w-2xl grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
      <Fact name="Entry">{id}</Fact>
      <Fact name="Time">
        <time dateTime={at.toISOString()}>{at.toISOString()}</time>
      </Fact>
      {requestId && (
        <Fact name="Request">
          <Links page={null} list={{ request: requestId }}>
            {requestId}
          </Links>
        </Fact>
      )}
      <Fact name="Who">
        {actor.id ? (
          <Links
            page={actor.name && `/admin/${actor.kind === "service" ? "services" : "users"}/${actor.id}`}
            list={{ actor: actor.id }}
          >
            <Written>{actorName(actor)}</Written>
          </Links>
        ) : (
          <Written>{actorName(actor)}</Written>
        )}
      </Fact>
      <Fact name="To what">
        <Links page={pageOf(target)} list={{ target: target.id }}>
          <Written>{targetName(target)}</Written>
        </Links>
      </Fact>
    </dl>
  );
}

function pageOf({ kind, id, name }: AuditRecord["target"]): string | null {
  if (kind === "user") return name && `/admin/users/${id}`;
  if (kind === "service") return name && `/admin/services/${id}`;
  if (kind === "setting") return "/admin/services";
  return kind === "api_key" ? `/admin/keys?q=${id}` : null;
}

/** The page about it, where there is one, and all its entries. */
function Links({ page, list, children }: { page: string | null; list: Record<string, string>; children: ReactNode }) {
  return (
    <>
      {page ? (
        <Link href={page} className={textLink}>
          {children}
        </Link>
      ) : (
        children
      )}
      {" · "}
      <Link href={`/admin/audit?${new URLSearchParams(list)}`} className={textLink}>
        all entries<span className="sr-only"> of {children}</span>
      </Link>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-muted">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}
