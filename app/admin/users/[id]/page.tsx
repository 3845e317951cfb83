import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AuditEntries } from "@/components/admin/audit/audit-entries";
import { AuditLinks } from "@/components/admin/audit/audit-links";
import { UserActions } from "@/components/admin/users/user-actions";
import { EmailText, RoleName, StatusBadge } from "@/components/admin/users/user-badges";
import { UserFacts } from "@/components/admin/users/user-facts";
import { Adjustments, Nothing, Section, UserKeys, UserSessions } from "@/components/admin/users/user-sections";
import type { UserTarget } from "@/components/admin/users/user-target";
import { BackLink } from "@/components/ui/back-link";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { Written } from "@/components/ui/written";
import { PeriodSwitch } from "@/components/usage/period-switch";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { latestAudit } from "@/lib/audit/list";
import { leaveTrace } from "@/lib/audit/traces";
import { requireAdmin } from "@/lib/doors/page-guards";
import { getUsageReport } from "@/lib/usage/report";
import { type UsageSearch, usageSearchSchema } from "@/lib/usage/schemas";
import { getUserPage, type UserPage } from "@/lib/users/page";
import { AppError } from "@/lib/values/errors";
import { usageAddress } from "../../../(portal)/usage/address";
import {
  adjustCreditsAction,
  banUserAction,
  changeRoleAction,
  endSessionsAction,
  revokeAllKeysAction,
  unbanUserAction,
} from "./actions";
import { UserUsage } from "./user-usage";

export const metadata: Metadata = { title: "User" };

const ENTRIES = 10;

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

const ACTIONS = {
  adjustCredits: adjustCreditsAction,
  ban: banUserAction,
  unban: unbanUserAction,
  changeRole: changeRoleAction,
  endSessions: endSessionsAction,
  revokeAll: revokeAllKeysAction,
};

export default async function UserDetailPage({ params, searchParams }: Props) {
  const admin = await requireAdmin();
  const search = usageSearchSchema.parse(await searchParams);
  const { user, report, entries } = await read(admin, (await params).id, search);
  const now = new Date();
  const addressOf = (change: Partial<UsageSearch>) => usageAddress(search, change, `/admin/users/${user.id}`);
  return (
    <>
      <Title user={user} />
      {user.isBanned && <Ban user={user} />}
      <UserActions user={targetOf(user, admin)} actions={ACTIONS} />
      <UserFacts user={user} now={now} />
      <Section title="Keys" aside={user.keyCount > user.keys.length && <All of={user} />}>
        {user.keyCount > 0 ? <UserKeys keys={user.keys} now={now} /> : <Nothing>There is no key.</Nothing>}
      </Section>
      <Section title="Usage" aside={report.isUsed && <PeriodSwitch search={search} addressOf={addressOf} />}>
        {report.isUsed ? (
          <UserUsage report={report} search={search} addressOf={addressOf} />
        ) : (
          <Nothing>No key was ever used.</Nothing>
        )}
      </Section>
      <Section title="Credits added or removed by staff">
        {user.adjustments.length > 0 ? <Adjustments adjustments={user.adjustments} now={now} /> : <Nothing>None.</Nothing>}
      </Section>
      {user.imports.length > 0 && (
        <Section title="Credits brought over from elsewhere">
          <Adjustments adjustments={user.imports} now={now} />
        </Section>
      )}
      <Section title="Sessions">
        {user.sessionCount > 0 ? (
          <UserSessions sessions={user.sessions} now={now} />
        ) : (
          <Nothing>This user is signed in nowhere.</Nothing>
        )}
      </Section>
      <Section title="Audit" aside={<AuditLinks id={user.id} whom="them" who="they" />}>
        {entries.length > 0 ? <AuditEntries entries={entries} now={now} /> : <Nothing>Nothing is on record yet.</Nothing>}
      </Section>
    </>
  );
}

/** A user who is not there, and a key that is not theirs, are pages that do not exist. */
async function read(admin: CurrentAdmin, id: string, search: UsageSearch) {
  try {
    const user = await getUserPage(admin, id);
    const target = { kind: "user", id: user.id } as const;
    if (user.id !== admin.id) leaveTrace(admin.actor, { action: "user.viewed", target, of: admin.id });
    const [report, entries] = await Promise.all([getUsageReport(user, search), latestAudit(admin, ENTRIES, target)]);
    return { user, report, entries };
  } catch (error) {
    if (error instanceof AppError && error.status === 404) notFound();
    throw error;
  }
}

function targetOf({ id, email, role, isBanned, credits, ...user }: UserPage, admin: CurrentAdmin): UserTarget {
  const isSelf = id === admin.id;
  return {
    id,
    email,
    role,
    isBanned,
    isSelf,
    credits,
    adjustment: user.adjustments[0]?.id ?? "0",
    sessionCount: isSelf ? user.sessionCount - 1 : user.sessionCount,
    unrevokedCount: user.unrevokedCount,
  };
}

function Title({ user: { email, name, role, isBanned } }: { user: UserPage }) {
  return (
    <>
      <BackLink href="/admin/users">Users</BackLink>
      <h1 className="mt-3 font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">
        <EmailText>{email}</EmailText>
      </h1>
      <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-muted">
        {name && (
          <span className="[overflow-wrap:anywhere]">
            <Written>{name}</Written>
          </span>
        )}
        <StatusBadge isBanned={isBanned} />
        <RoleName of={role} />
      </p>
    </>
  );
}

function Ban({ user: { banReason } }: { user: UserPage }) {
  return (
    <p className="mt-4 max-w-measure rounded-md border border-danger bg-danger-soft px-3 py-2 text-danger [overflow-wrap:anywhere]">
      Banned: {banReason === null ? "no reason given" : <Written>{banReason}</Written>}
    </p>
  );
}

function All({ of: { email, keyCount } }: { of: UserPage }) {
  return (
    <Link href={`/admin/keys?${new URLSearchParams({ q: email })}`} className={textLink}>
      All {keyCount.toLocaleString("en-GB")} keys
    </Link>
  );
}
