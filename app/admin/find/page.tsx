import type { Metadata } from "next";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { ServiceBadge } from "@/components/admin/services/service-state";
import { StateBadge } from "@/components/keys/state-badge";
import { Masked } from "@/components/keys/table-parts";
import { Badge } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import { RowLink } from "@/components/ui/table";
import { textLink } from "@/components/ui/text-link";
import { Written } from "@/components/ui/written";
import { listAudit } from "@/lib/audit/list";
import { auditSearchSchema } from "@/lib/audit/schemas";
import { requireAdmin } from "@/lib/doors/page-guards";
import { type AdminKeyRow, listKeys } from "@/lib/keys/admin-list";
import { adminKeySearchSchema } from "@/lib/keys/admin-schemas";
import { readVisibleParts } from "@/lib/keys/visible-part";
import { type ListedService, searchServices } from "@/lib/services/list";
import { type ListedUser, listUsers } from "@/lib/users/list";
import { userSearchSchema } from "@/lib/users/schemas";
import { type Count, countText, toCount } from "@/lib/values/bounded-count";
import { isAccountId, isUuid } from "@/lib/values/ids";
import { auditAddress } from "../audit/address";
import { adminKeysAddress } from "../keys/address";
import { usersAddress } from "../users/address";

export const metadata: Metadata = { title: "Find" };

const SHOWN = 8;

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Leads to the one thing that is found, or offers what there is. */
export default async function FindPage({ searchParams }: Props) {
  const admin = await requireAdmin();
  const asked = await searchParams;
  const keySearch = adminKeySearchSchema.parse({ q: asked.q, digest: asked.digest });
  // The list says which credential of the key it is, and whether it still works.
  if (keySearch.digest) redirect(adminKeysAddress(keySearch));
  const { q } = keySearch;
  if (q === "") return <Nothing q="" />;
  const userSearch = userSearchSchema.parse({ q });
  const auditSearch = auditSearchSchema.parse({ request: q });
  const [people, keys, services, audit] = await Promise.all([
    listUsers(admin, userSearch),
    listKeys(admin, keySearch),
    searchServices(q),
    auditSearch.request ? listAudit(admin, auditSearch) : null,
  ]);
  const address = onlyResult(q, people.users, keys.keys, services) ?? (audit?.entries.length ? auditAddress(auditSearch) : null);
  if (address) redirect(address);
  if ([people.users, keys.keys, services].every((found) => found.length === 0)) return <Nothing q={q} />;
  return (
    <>
      <Title />
      <p role="status" className="mt-2 text-ink-muted [overflow-wrap:anywhere]">
        For “<Written>{q}</Written>”.
      </p>
      <div className="mt-6 grid gap-x-10 gap-y-8 lg:grid-cols-2">
        <Results title="People" found={people.counts.found} all={usersAddress(userSearch)}>
          {people.users.slice(0, SHOWN).map((user) => (
            <Person key={user.id} user={user} />
          ))}
        </Results>
        <Results title="Keys" found={keys.counts.found} all={adminKeysAddress(keySearch)}>
          {keys.keys.slice(0, SHOWN).map((key) => (
            <Key key={key.uuid} row={key} />
          ))}
        </Results>
        {services.length > 0 && (
          <Results title="Services" found={toCount(services.length)} all="/admin/services">
            {services.slice(0, SHOWN).map((service) => (
              <Service key={service.id} service={service} />
            ))}
          </Results>
        )}
      </div>
    </>
  );
}

/** What was typed names one thing, or fits one alone. */
function onlyResult(
  q: string,
  people: readonly ListedUser[],
  keys: readonly AdminKeyRow[],
  services: readonly ListedService[],
): string | null {
  const [service, ...otherServices] = services;
  if (service && otherServices.length === 0 && people.length === 0 && keys.length === 0) return `/admin/services/${service.id}`;
  const [person, ...otherPeople] = people;
  const [key, ...otherKeys] = keys;
  const isPerson = person && otherPeople.length === 0 && (isUuid(q) || isAccountId(q) || person.email === q.toLowerCase());
  if (isPerson || (person && otherPeople.length === 0 && !key && !service)) return `/admin/users/${person.id}`;
  const isKey = key && otherKeys.length === 0 && (isUuid(q) || readVisibleParts(q).some(({ format }) => format));
  if (isKey || (key && otherKeys.length === 0 && !person && !service)) return `/admin/keys/${key.uuid}`;
  return null;
}

function Title() {
  return (
    <h1 data-wide className="font-semibold text-2xl tracking-tight">
      Find
    </h1>
  );
}

function Nothing({ q }: { q: string }) {
  return (
    <>
      <Title />
      <p role="status" className="mt-4 max-w-measure text-ink-muted [overflow-wrap:anywhere]">
        {q && (
          <>
            There is nothing for “<Written>{q}</Written>”.{" "}
          </>
        )}
        People are found by part of their name or e-mail address, by their id here or elsewhere, or by their account (acc_…); keys
        by their name, owner, number, id or visible part, or by pasting one; services by part of their name, or by pasting a
        credential; what happened in a request by its id.
      </p>
    </>
  );
}

type ResultsProps = { title: string; found: Count | null; all: string; children: ReactNode };

function Results({ title, found, all, children }: ResultsProps) {
  return (
    <section aria-label={title}>
      <div className="flex flex-wrap items-baseline justify-between gap-3 border-line border-b pb-2">
        <h2 className="font-medium text-lg">
          {title} {found && <span className="font-normal text-base text-ink-faint tabular-nums">{countText(found)}</span>}
        </h2>
        {found !== null && found.value > SHOWN && (
          <Link href={all} className={textLink}>
            All of them
          </Link>
        )}
      </div>
      <ul className="divide-y divide-line">{children}</ul>
      {found?.value === 0 && <p className="py-3 text-ink-muted">None.</p>}
    </section>
  );
}

function Person({ user: { id, email, name, isBanned, role } }: { user: ListedUser }) {
  return (
    <li className="flex items-start justify-between gap-4 py-2.5">
      <div className="min-w-0">
        <RowLink href={`/admin/users/${id}`}>
          <Written>{email}</Written>
        </RowLink>
        <span className="block text-ink-muted text-sm [overflow-wrap:anywhere]">
          <Written>{name}</Written>
        </span>
      </div>
      {isBanned ? <Badge tone="danger">Banned</Badge> : role === "admin" && <Badge tone="accent">Administrator</Badge>}
    </li>
  );
}

function Key({ row: { uuid, name, masked, owner, state, deletedAt } }: { row: AdminKeyRow }) {
  return (
    <li className="flex items-start justify-between gap-4 py-2.5">
      <div className="min-w-0">
        <RowLink href={`/admin/keys/${uuid}`}>
          <Written>{name}</Written>
        </RowLink>
        <span className="block text-ink-muted text-sm [overflow-wrap:anywhere]">
          <Masked>{masked}</Masked> of <Written>{owner.email}</Written>
        </span>
      </div>
      {deletedAt ? <Badge tone="danger">Deleted</Badge> : <StateBadge state={state} />}
    </li>
  );
}

function Service({ service }: { service: ListedService }) {
  return (
    <li className="flex items-start justify-between gap-4 py-2.5">
      <div className="min-w-0">
        <RowLink href={`/admin/services/${service.id}`}>
          <Written>{service.name}</Written>
        </RowLink>
        <span className="block text-ink-muted text-sm">{service.scopes.join(", ")}</span>
      </div>
      <ServiceBadge service={service} />
    </li>
  );
}
