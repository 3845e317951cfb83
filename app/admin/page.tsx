import type { Metadata } from "next";
import { AuditEntries } from "@/components/admin/audit/audit-entries";
import { NumberCard } from "@/components/admin/number-card";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { dayText, figure } from "@/components/usage/figures";
import { UsageCharts } from "@/components/usage/usage-charts";
import { latestAudit } from "@/lib/audit/list";
import { requireAdmin } from "@/lib/doors/page-guards";
import { getOverview, type Overview } from "@/lib/operations/overview";
import { cautions, contradictions } from "@/lib/settings/contradictions";
import { REPLAYABLE_DAYS } from "@/lib/usage/replayable";
import { countLeftKeys } from "@/lib/verification/left-keys";
import { RotationNotice } from "./rotation-notice";

export const metadata: Metadata = { title: "Overview" };

const LATEST = 10;

export default async function OverviewPage() {
  const admin = await requireAdmin();
  const [overview, entries, left] = await Promise.all([getOverview(admin), latestAudit(admin, LATEST), countLeftKeys()]);
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Overview</h1>
      <Contradictions />
      <RotationNotice left={left} />
      <Replayable calls={overview.replayable} />
      <Numbers overview={overview} />
      <section aria-label="Usage" className="mt-10">
        <p className="text-ink-muted">
          Everyone's keys in the last {overview.days.length} days. Days are UTC days, and today is not over.
        </p>
        <UsageCharts days={overview.days} total={overview.total} />
      </section>
      <section aria-label="Latest audit entries" className="mt-10">
        <div className="flex flex-wrap items-baseline justify-between gap-3">
          <h2 className="font-medium text-lg">Latest audit entries</h2>
          <Link href="/admin/audit" className={textLink}>
            All entries
          </Link>
        </div>
        <AuditEntries entries={entries} now={new Date()} />
      </section>
    </>
  );
}

/** For staff, who can tell whoever runs the portal. */
function Contradictions() {
  const found = contradictions();
  const all = [...found, ...cautions()];
  if (all.length === 0) return null;
  return (
    <section aria-label="Settings" className="mt-6 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
      <h2 className="font-medium">
        {found.length > 0 ? "Settings that contradict each other or are not safe" : "Settings to look at again"}
      </h2>
      <ul>
        {all.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}

function Replayable({ calls }: { calls: number }) {
  if (calls === 0) return null;
  return (
    <section aria-label="Usage reports" className="mt-6 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
      <h2 className="font-medium">Usage reports that could be replayed</h2>
      <p>
        {figure(calls)} of the calls of the last {REPLAYABLE_DAYS} days: whoever captured such a report could have it charged
        again. Have its sender sign with the time and the id (<code translate="no">x-signature: t=…,v1=…</code>), or name{" "}
        <code translate="no">ts</code> and <code translate="no">requestId</code> in the body.
      </p>
    </section>
  );
}

function Numbers({ overview: { today, lastWeek, ...overview } }: { overview: Overview }) {
  const against = (amount: number) => `${figure(amount)} on ${dayText(lastWeek.date, true)}, the whole day`;
  return (
    <ul aria-label="Numbers" className="mt-6 grid grid-cols-2 gap-3 lg:grid-cols-3">
      <NumberCard name="Users" value={overview.users} href="/admin/users" />
      <NumberCard name="Active keys" value={overview.activeKeys} href="/admin/keys?status=active" />
      <NumberCard name="Calls today" value={today.calls} note={against(lastWeek.calls)} href="/admin/keys?sort=-used" />
      <NumberCard name="Users low on credits" value={overview.lowOnCredits} href="/admin/users?filter=low-credits" isWarning />
      <NumberCard name="Keys expiring within 7 days" value={overview.expiringKeys} href="/admin/keys?status=expiring" isWarning />
      <NumberCard name="Credits today" value={today.credits} note={against(lastWeek.credits)} href="/admin/keys?sort=-used" />
    </ul>
  );
}
