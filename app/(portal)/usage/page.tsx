import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { Written } from "@/components/ui/written";
import { Balance } from "@/components/usage/balance";
import { KeyTable } from "@/components/usage/key-table";
import { Ledger } from "@/components/usage/ledger";
import { PeriodSwitch } from "@/components/usage/period-switch";
import { UnchargedNotice } from "@/components/usage/uncharged-notice";
import { UsageCharts } from "@/components/usage/usage-charts";
import { requireUser } from "@/lib/doors/page-guards";
import { type LedgerPage, ledgerPlaceSchema, listLedger } from "@/lib/ledger/list";
import { getUsageReport, type UsageReport } from "@/lib/usage/report";
import { type UsageSearch, usageSearchSchema } from "@/lib/usage/schemas";
import { AppError } from "@/lib/values/errors";
import { ledgerAddress, usageAddress } from "./address";

export const metadata: Metadata = { title: "Usage" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function UsagePage({ searchParams }: Props) {
  const typed = await searchParams;
  const search = usageSearchSchema.parse(typed);
  const before = ledgerPlaceSchema.parse(typed.ledger ?? null);
  const user = await requireUser(usageAddress(search));
  const [report, ledger] = await Promise.all([getUsageReport(user, search), listLedger(user, before)]).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "API_KEY_NOT_FOUND") notFound();
    throw error;
  });
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Usage</h1>
      <Balance balance={report.balance} pace={report.pace} callsToday={report.days.at(-1)?.calls ?? 0} />
      <UnchargedNotice uncharged={report.uncharged} />
      {report.isUsed ? <Period report={report} search={search} /> : <NoCalls />}
      <LedgerSection page={ledger} search={search} before={before} />
    </>
  );
}

function NoCalls() {
  return (
    <div className="mt-8 rounded-lg border border-line border-dashed px-4 py-8 sm:px-8">
      <p className="max-w-measure text-lg">Calls made with your keys are counted here, by day and by key.</p>
      <p className="mt-4">
        <Link href="/keys" className={secondaryButton}>
          Go to your keys
        </Link>
      </p>
    </div>
  );
}

function Period({ report, search }: { report: UsageReport; search: UsageSearch }) {
  const keyAddress = (key: string | null) => usageAddress(search, { key });
  return (
    <>
      <div className="mt-8 flex flex-wrap items-center justify-between gap-3 border-line border-t pt-6">
        <PeriodSwitch search={search} addressOf={(change) => usageAddress(search, change)} />
        <a href={usageAddress(search, {}, "/usage/export")} download className={secondaryButton}>
          Download CSV
        </a>
      </div>
      <p className="mt-4 text-ink-muted">
        {report.key ? (
          <>
            Only{" "}
            <span className="font-medium text-ink [overflow-wrap:anywhere]">
              <Written>{report.key.name}</Written>
            </span>{" "}
            <code translate="no" className="font-mono text-xs">
              {report.key.masked}
            </code>
            .{" "}
            <Link href={keyAddress(null)} scroll={false} className={textLink}>
              Show all keys
            </Link>
          </>
        ) : (
          "All keys."
        )}{" "}
        Days are UTC days, and today is not over.
      </p>
      <UsageCharts days={report.days} total={report.total} />
      <Section title="By key">
        {report.keys.length > 0 || report.deletedKeys ? (
          <KeyTable report={report} addresses={new Map(report.keys.map(({ uuid }) => [uuid, keyAddress(uuid)]))} />
        ) : (
          <p className="mt-2 text-ink-muted">No key was used in these {search.days} days.</p>
        )}
      </Section>
    </>
  );
}

type LedgerProps = { page: LedgerPage; search: UsageSearch; before: string | null };

function LedgerSection({ page, search, before }: LedgerProps) {
  if (page.entries.length === 0 && before === null) return null;
  return (
    <Section title="Ledger" id="ledger">
      <p className="mt-1 text-ink-muted">Who added or took credits, when and why, and what calls cost in between.</p>
      {page.entries.length > 0 ? <Ledger page={page} now={new Date()} /> : <p className="mt-4">There are no older entries.</p>}
      {(before !== null || page.older !== null) && (
        <nav aria-label="Pages of the ledger" className="mt-4 flex max-w-3xl justify-between gap-3">
          {before === null ? (
            <span />
          ) : (
            <Link href={ledgerAddress(search, null)} className={secondaryButton}>
              Newest
            </Link>
          )}
          {page.older !== null && (
            <Link href={ledgerAddress(search, page.older)} rel="next" className={secondaryButton}>
              Older
            </Link>
          )}
        </nav>
      )}
    </Section>
  );
}

function Section({ title, id, children }: { title: string; id?: string; children: ReactNode }) {
  return (
    <section aria-label={title} id={id} className="mt-10 scroll-mt-4">
      <h2 className="font-medium text-lg">{title}</h2>
      {children}
    </section>
  );
}
