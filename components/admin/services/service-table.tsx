import { Masked } from "@/components/keys/table-parts";
import { Moment } from "@/components/ui/moment";
import { Cell, Header, RowHeader, RowLink, Table } from "@/components/ui/table";
import { Written } from "@/components/ui/written";
import type { ListedCredential, ListedService } from "@/lib/services/list";
import { CallsText, LastCall } from "./activity-text";
import { BoundsText } from "./bounds-text";
import { liveOf, ServiceBadge } from "./service-state";

type Props = { caption: string; services: readonly ListedService[]; now: Date };

/** Narrow screens keep name, credentials and what it did; the rest is on the service's own page. */
export function ServiceTable({ caption, services, now }: Props) {
  const head = (
    <>
      <Header>Service</Header>
      <Header className="hidden w-32 sm:table-cell">Status</Header>
      <Header className="hidden w-32 md:table-cell">Scopes</Header>
      <Header className="hidden w-44 lg:table-cell">Bounds</Header>
      <Header className="w-28">Calls, 30 days</Header>
      <Header className="hidden w-32 sm:table-cell">Last call</Header>
    </>
  );
  return (
    <Table className="mt-3 table-fixed" caption={caption} head={head}>
      {services.map((service) => (
        <Row key={service.id} service={service} now={now} />
      ))}
    </Table>
  );
}

function Row({ service, now }: { service: ListedService; now: Date }) {
  return (
    <tr className="border-line border-b align-top transition-colors hover:bg-surface">
      <RowHeader>
        <RowLink href={`/admin/services/${service.id}`}>
          <Written>{service.name}</Written>
        </RowLink>
        {!service.hasEnded && liveOf(service).map((each) => <Live key={each.id} credential={each} now={now} />)}
        <End of={service} now={now} />
        <span className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-muted text-sm sm:hidden">
          <ServiceBadge service={service} />
          {service.activity.lastAt && <LastCall of={service.activity} now={now} />}
        </span>
      </RowHeader>
      <Cell className="hidden sm:table-cell">
        <ServiceBadge service={service} />
      </Cell>
      <Cell className="hidden text-sm md:table-cell">{service.scopes.join(", ")}</Cell>
      <Cell className="hidden text-sm lg:table-cell">
        <BoundsText of={service} />
      </Cell>
      <Cell>
        <CallsText of={service.activity} isHeaded />
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        <LastCall of={service.activity} now={now} />
      </Cell>
    </tr>
  );
}

function Live({ credential: { masked, createdAt, validUntil }, now }: { credential: ListedCredential; now: Date }) {
  return (
    <span className="block text-ink-muted text-xs">
      <Masked>{masked}</Masked> made <Moment at={createdAt} now={now} as="ago" />
      {validUntil && (
        <>
          , works until <Moment at={validUntil} now={now} as="minute" />
        </>
      )}
    </span>
  );
}

function End({ of: { revokedAt, expiresAt, hasEnded }, now }: { of: ListedService; now: Date }) {
  const at = revokedAt ?? expiresAt;
  if (!at) return null;
  const [deed, as] = revokedAt ? (["Revoked", "minute"] as const) : ([hasEnded ? "Expired" : "Ends", "end"] as const);
  return (
    <span className="block text-ink-muted text-xs">
      {deed} <Moment at={at} now={now} as={as} />
    </span>
  );
}
