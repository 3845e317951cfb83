import type { ReactNode } from "react";
import { Moment } from "@/components/ui/moment";
import { Cell, Header, RowHeader, Table } from "@/components/ui/table";
import { Written } from "@/components/ui/written";
import type { LedgerEntry, LedgerPage } from "@/lib/ledger/list";
import { figure } from "./figures";

const HEAD = (
  <>
    <Header>What</Header>
    <Header className="text-right">Credits</Header>
    <Header className="text-right">Balance after</Header>
  </>
);

/** What came and went, the newest first, and what calls cost in between. */
export function Ledger({ page: { entries, spent }, now }: { page: LedgerPage; now: Date }) {
  return (
    <Table className="mt-2 max-w-3xl" caption="Ledger of credits" head={HEAD}>
      <Calls spent={spent} />
      {entries.map((entry) => (
        <EntryRows key={entry.id} entry={entry} now={now} />
      ))}
    </Table>
  );
}

function EntryRows({ entry: { kind, at, amount, reason, balance, spent }, now }: { entry: LedgerEntry; now: Date }) {
  return (
    <>
      <Row amount={amount} balance={balance}>
        <span className="font-medium">{nameOf(kind, amount)}</span>
        {reason !== null && (
          <span className="block [overflow-wrap:anywhere]">
            <Written>{reason}</Written>
          </span>
        )}
        <span className="block text-ink-muted text-sm">
          <Moment at={at} now={now} as="minute" />
        </span>
      </Row>
      <Calls spent={spent} />
    </>
  );
}

function nameOf(kind: LedgerEntry["kind"], amount: number): string {
  if (kind === "signup") return "For signing up";
  if (kind === "import") return amount > 0 ? "Brought over from elsewhere" : "Owed elsewhere";
  return amount > 0 ? "Added by staff" : "Taken by staff";
}

/** Between two entries, or since the newest. */
function Calls({ spent }: { spent: number | null }) {
  if (!spent) return null;
  return (
    <Row amount={-spent} balance={null}>
      <span className="text-ink-muted">Calls</span>
    </Row>
  );
}

function Row({ amount, balance, children }: { amount: number; balance: number | null; children: ReactNode }) {
  return (
    <tr className="border-line border-b align-top tabular-nums">
      <RowHeader>{children}</RowHeader>
      <Cell className="whitespace-nowrap text-right">{signed(amount)}</Cell>
      <Cell className="whitespace-nowrap text-right">{balance === null ? "" : signed(balance, "")}</Cell>
    </tr>
  );
}

function signed(amount: number, plus = "+"): string {
  return `${amount < 0 ? "−" : plus}${figure(Math.abs(amount))}`;
}
