import { Badge, type Tone } from "@/components/ui/badge";
import { Moment } from "@/components/ui/moment";
import { Cell, Header, RowHeader, Table } from "@/components/ui/table";
import type { ListedInstance } from "@/lib/feed/instances";

type Props = { instances: readonly ListedInstance[]; total: number; now: Date };

const STATES: Record<ListedInstance["state"], { name: string; tone: Tone }> = {
  NOT_READY: { name: "Loading", tone: "neutral" },
  READY: { name: "Ready", tone: "positive" },
  STALE: { name: "Stale", tone: "warning" },
  FATAL: { name: "Failed", tone: "danger" },
};

/** The processes that hold a copy of all keys. Narrow screens keep name, state and how far behind each is. */
export function InstanceTable({ instances, total, now }: Props) {
  const head = (
    <>
      <Header>Instance</Header>
      <Header className="w-24">State</Header>
      <Header className="w-28">Behind by</Header>
      <Header className="hidden w-44 sm:table-cell">When stale</Header>
      <Header className="hidden w-24 lg:table-cell">Keys</Header>
      <Header className="hidden w-32 md:table-cell">Last heard</Header>
    </>
  );
  return (
    <>
      <Table className="mt-3 table-fixed" caption="Instances that follow the feed" head={head}>
        {instances.map((instance) => (
          <Row key={instance.id} of={instance} now={now} />
        ))}
      </Table>
      {total > instances.length && (
        <p className="mt-2 text-ink-muted text-sm">And {(total - instances.length).toLocaleString("en-GB")} more.</p>
      )}
    </>
  );
}

function Row({ of, now }: { of: ListedInstance; now: Date }) {
  const { name, tone } = STATES[of.state];
  return (
    <tr className="border-line border-b align-top">
      <RowHeader>
        <span className="[overflow-wrap:anywhere]">{of.instance}</span>
        <span className="block text-ink-muted text-xs">
          {of.version}
          {of.mode === "poll" && ", polls"}
        </span>
      </RowHeader>
      <Cell>
        <Badge tone={tone}>{name}</Badge>
      </Cell>
      <Cell className="whitespace-nowrap">{of.behindMs === null ? "–" : seconds(of.behindMs)}</Cell>
      <Cell className="hidden text-sm sm:table-cell">{policyOf(of)}</Cell>
      <Cell className="hidden lg:table-cell">{of.keys.toLocaleString("en-GB")}</Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">
        <Moment at={of.seenAt} now={now} as="ago" />
      </Cell>
    </tr>
  );
}

const DEEDS: Record<ListedInstance["onStale"], string> = { ask: "Asks the portal", refuse: "Refuses", serve: "Goes on serving" };

function policyOf({ onStale, boundMs, serveForMs }: ListedInstance): string {
  const long = onStale === "serve" ? `, for ${seconds(serveForMs)}` : "";
  return `${DEEDS[onStale]} after ${seconds(boundMs)}${long}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toLocaleString("en-GB", { maximumFractionDigits: milliseconds < 10_000 ? 1 : 0 })}\u00a0s`;
}
