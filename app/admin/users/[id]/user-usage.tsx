import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { Written } from "@/components/ui/written";
import { KeyTable } from "@/components/usage/key-table";
import { UnchargedNotice } from "@/components/usage/uncharged-notice";
import { UsageCharts } from "@/components/usage/usage-charts";
import type { UsageReport } from "@/lib/usage/report";
import type { UsageSearch } from "@/lib/usage/schemas";

type Props = { report: UsageReport; search: UsageSearch; addressOf: (change: Partial<UsageSearch>) => string };

export function UserUsage({ report, search, addressOf }: Props) {
  const { key, days, total, keys } = report;
  return (
    <>
      <UnchargedNotice uncharged={report.uncharged} />
      <p className="mt-1 text-ink-muted">
        {key ? (
          <>
            Only{" "}
            <span className="font-medium text-ink [overflow-wrap:anywhere]">
              <Written>{key.name}</Written>
            </span>{" "}
            <code translate="no" className="font-mono text-xs">
              {key.masked}
            </code>
            .{" "}
            <Link href={addressOf({ key: null })} scroll={false} className={textLink}>
              Show all keys
            </Link>
            .{" "}
          </>
        ) : (
          "All keys. "
        )}
        Days are UTC days, and today is not over.
      </p>
      <UsageCharts days={days} total={total} />
      {(keys.length > 0 || report.deletedKeys) && (
        <div className="mt-6">
          <KeyTable report={report} addresses={new Map(keys.map(({ uuid }) => [uuid, addressOf({ key: uuid })]))} />
        </div>
      )}
      {keys.length === 0 && !report.deletedKeys && (
        <p className="mt-4 text-ink-muted">No key was used in these {search.days} days.</p>
      )}
    </>
  );
}
