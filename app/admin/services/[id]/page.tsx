import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { AuditEntries } from "@/components/admin/audit/audit-entries";
import { AuditLinks } from "@/components/admin/audit/audit-links";
import { ActivityChart } from "@/components/admin/services/activity-chart";
import { CredentialList } from "@/components/admin/services/credential-list";
import { Deed, Deeds } from "@/components/admin/services/deed";
import { EditService } from "@/components/admin/services/edit-service";
import { InstanceTable } from "@/components/admin/services/instance-table";
import { Rotate } from "@/components/admin/services/rotate";
import { ServiceFacts } from "@/components/admin/services/service-facts";
import { liveOf, ServiceBadge } from "@/components/admin/services/service-state";
import { UnsealedNote } from "@/components/admin/services/unsealed-note";
import { Nothing, Section } from "@/components/admin/users/user-sections";
import { UnderstoodTick } from "@/components/keys/understood-tick";
import { BackLink } from "@/components/ui/back-link";
import { dangerButton, secondaryButton } from "@/components/ui/button-styles";
import { Written } from "@/components/ui/written";
import { latestAudit } from "@/lib/audit/list";
import { sql } from "@/lib/database/client";
import { requireAdmin } from "@/lib/doors/page-guards";
import { listInstances } from "@/lib/feed/instances";
import { feedKey } from "@/lib/feed/signing";
import { countUnsealed } from "@/lib/feed/states";
import { findListedService, findServiceDays, type ListedService } from "@/lib/services/list";
import { isUuid } from "@/lib/values/ids";
import { isolated } from "@/lib/values/isolated";
import { changeServiceAction, revokeServiceAction, revokeServiceCredentialAction, rotateServiceAction } from "../actions";

type Props = { params: Promise<{ id: string }> };

const ENTRIES = 10;

/** Once per request, for the title and the page. */
const loadService = cache(async (id: string): Promise<ListedService> => {
  await requireAdmin();
  return (isUuid(id) ? await findListedService(id) : null) ?? notFound();
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: isolated((await loadService((await params).id)).name) };
}

export default async function ServicePage({ params }: Props) {
  const service = await loadService((await params).id);
  const admin = await requireAdmin();
  const now = new Date();
  const target = { kind: "service", id: service.id };
  const isReader = service.scopes.includes("feed");
  const [days, entries, followers, unsealed] = await Promise.all([
    findServiceDays(service.id, now),
    latestAudit(admin, ENTRIES, target),
    listInstances(service.id),
    isReader ? countUnsealed(sql) : null,
  ]);
  return (
    <Deeds>
      <Title service={service} />
      {!service.revokedAt && <Ways service={service} />}
      <ServiceFacts service={service} now={now} feedKey={feedKey()} />
      <Section title="Credentials">
        <CredentialList service={service} revoke={revokeServiceCredentialAction} now={now} />
      </Section>
      {(isReader || followers.total > 0) && (
        <Section title="Instances">
          {followers.total > 0 ? <InstanceTable {...followers} now={now} /> : <Nothing>No process follows the feed now.</Nothing>}
          {unsealed && <UnsealedNote counts={unsealed} />}
        </Section>
      )}
      <Section title="Activity">
        <div className="mt-2">
          <ActivityChart days={days} />
        </div>
      </Section>
      <Section title="Audit" aside={<AuditLinks id={service.id} whom="it" who="it" />}>
        <AuditEntries entries={entries} now={now} />
      </Section>
      {!service.revokedAt && (
        <Section title="Danger zone">
          <Revoke service={service} />
        </Section>
      )}
    </Deeds>
  );
}

function Title({ service }: { service: ListedService }) {
  return (
    <>
      <BackLink href="/admin/services">Services</BackLink>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <h1 className="font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">
          <Written>{service.name}</Written>
        </h1>
        <ServiceBadge service={service} />
      </div>
    </>
  );
}

const EXPIRED = "It has expired. Give it a later last day, and it goes on.";
const ROTATING = "Two credentials work. Revoke the former one, or wait for its end, before the next rotation.";

/** What is done most, and below its button the form that changes. */
function Ways({ service }: { service: ListedService }) {
  const obstacle = service.hasEnded ? EXPIRED : liveOf(service).length > 1 ? ROTATING : null;
  return (
    <div className="mt-5 flex flex-wrap items-start gap-3">
      {obstacle ? (
        <p className="order-last basis-full text-ink-muted">{obstacle}</p>
      ) : (
        <Rotate service={service} action={rotateServiceAction} />
      )}
      <details className="group/edit min-w-0 max-w-xl open:grow max-sm:open:basis-full">
        <summary className={`${secondaryButton} list-none [&::-webkit-details-marker]:hidden`}>Edit</summary>
        <section
          aria-label="Change"
          className="mt-3 hidden rounded-lg border border-line-strong bg-surface p-5 group-open/edit:block"
        >
          <EditService service={service} action={changeServiceAction} />
        </section>
      </details>
    </div>
  );
}

function Revoke({ service: { id, name } }: { service: ListedService }) {
  return (
    <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
      <p className="text-ink-muted">Ends all that it has, for good. Its name stays taken, and its history stays.</p>
      <Deed
        name="Revoke service"
        style={dangerButton}
        title={`Revoke “${isolated(name)}”?`}
        description="The program is refused on every server within two seconds, and for good."
        submit="Revoke service"
        isDanger
        action={revokeServiceAction}
        hidden={{ id }}
      >
        <UnderstoodTick />
      </Deed>
    </div>
  );
}
