import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { LatestReceipts } from "@/app/_shell/latest-receipts";
import { KeyFacts } from "@/app/(portal)/keys/[id]/key-facts";
import { AuditEntries } from "@/components/admin/audit/audit-entries";
import { DeleteButton } from "@/components/admin/keys/delete-button";
import { StaffKeyActions } from "@/components/admin/keys/staff-key-actions";
import { KeyButton } from "@/components/keys/key-buttons";
import { KeyHeading } from "@/components/keys/key-heading";
import { KeyUsage } from "@/components/keys/key-usage";
import { PageSection } from "@/components/keys/page-section";
import { RefusalList } from "@/components/keys/refusal-list";
import { isOffered } from "@/components/keys/refusals";
import { StateBadge } from "@/components/keys/state-badge";
import { Guessable } from "@/components/keys/table-parts";
import { Badge } from "@/components/ui/badge";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { Written } from "@/components/ui/written";
import { figure } from "@/components/usage/figures";
import { requireAdmin } from "@/lib/doors/page-guards";
import { type AdminKeyPage, getAnyKeyPage } from "@/lib/keys/admin-key-page";
import { AppError } from "@/lib/values/errors";
import { isolated } from "@/lib/values/isolated";
import {
  deleteAnyKeysAction,
  pauseAnyKeyAction,
  recentCallsOfAnyAction,
  reissueAnyKeyAction,
  revokeAnyKeysAction,
} from "../actions";

type Props = { params: Promise<{ id: string }> };

/** Once per request, for the title and the page. */
const loadKey = cache(async (id: string): Promise<AdminKeyPage> => {
  const admin = await requireAdmin();
  return getAnyKeyPage(admin, id).catch((error: unknown) => {
    if (error instanceof AppError && error.status === 404) notFound();
    throw error;
  });
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: isolated((await loadKey((await params).id)).name) };
}

const ACTIONS = {
  revoke: revokeAnyKeysAction,
  remove: deleteAnyKeysAction,
  recentCalls: recentCallsOfAnyAction,
  regenerate: reissueAnyKeyAction,
  pause: pauseAnyKeyAction,
};

export default async function AdminKeyOwnPage({ params }: Props) {
  const key = await loadKey((await params).id);
  const now = new Date();
  const { uuid, name, state, expiresAt, lastUsedAt, deletedAt } = key;
  const target = { uuid, name, state, expiresAt, lastUsedAt, isDeleted: deletedAt !== null };
  return (
    <StaffKeyActions actions={ACTIONS} targets={[target]} now={now}>
      <KeyHeading name={name} list="/admin/keys">
        {deletedAt ? <Badge tone="danger">Deleted</Badge> : <StateBadge state={state} />}
      </KeyHeading>
      {key.isWeak && <Guessable />}
      <Owner owner={key.owner} id={key.id} />
      <LatestReceipts of={key.entries} now={now} ownerId={null} />
      {!deletedAt && isOffered("regenerate", key) && (
        <div className="mt-5">
          <KeyButton opens="regenerate" />
        </div>
      )}
      {/* Only the owner ends a grace: staff revoke. */}
      <KeyFacts facts={{ ...key, replaced: [], events: [] }} now={now} />
      <PageSection title="Usage">
        <KeyUsage days={key.days} outcomes={key.outcomes} />
      </PageSection>
      <PageSection title="Refusals">
        <RefusalList refusals={key.refusals} now={now} />
      </PageSection>
      <PageSection title="Latest audit entries">
        <AuditEntries entries={key.entries} now={now} />
      </PageSection>
      {!deletedAt && (
        <PageSection title="Danger zone">
          <div className="flex flex-wrap gap-3">
            {isOffered("pause", key) && <KeyButton opens="pause" />}
            {isOffered("revoke", key) && <KeyButton opens="revoke" />}
            <DeleteButton />
          </div>
        </PageSection>
      )}
    </StaffKeyActions>
  );
}

function Owner({ owner: { id, email, name, credits, isBanned }, id: number }: { owner: AdminKeyPage["owner"]; id: number }) {
  return (
    <p className="mt-2 text-ink-muted [overflow-wrap:anywhere]">
      Number {number}, of{" "}
      <Link href={`/admin/users/${id}`} className={textLink}>
        <Written>{email}</Written>
      </Link>
      {name && (
        <>
          {" "}
          (<Written>{name}</Written>)
        </>
      )}
      , who has {figure(credits)} credits
      {isBanned && <strong className="text-danger"> and is banned</strong>}.
    </p>
  );
}
