import type { Metadata } from "next";
import { AuditEntries } from "@/components/admin/audit/audit-entries";
import { AuditFilterForm } from "@/components/admin/audit/filter-form";
import { KeysetPages } from "@/components/admin/keyset-pages";
import { ListHeading } from "@/components/admin/list-heading";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { type AuditPage, listAudit } from "@/lib/audit/list";
import { type AuditSearch, auditSearchSchema } from "@/lib/audit/schemas";
import { requireAdmin } from "@/lib/doors/guards";
import { isolated } from "@/lib/values/isolated";
import { isConfirmedAction } from "../confirm/actions";
import { auditAddress } from "./address";

export const metadata: Metadata = { title: "Audit" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AuditLogPage({ searchParams }: Props) {
  const admin = await requireAdmin();
  const search = auditSearchSchema.parse(await searchParams);
  const page = await listAudit(admin, search);
  return (
    <>
      <ListHeading title="Audit" exportHref={auditAddress(search, {}, "/admin/audit/export")} isFresh={isConfirmedAction} />
      <AuditFilterForm search={search} />
      {isFiltered(search) && (
        <p className="mt-4">
          <Link href="/admin/audit" className={textLink}>
            Show all entries
          </Link>
        </p>
      )}
      {page.entries.length > 0 ? (
        <AuditEntries entries={page.entries} now={new Date()} />
      ) : (
        <p role="status" className="mt-6 text-ink-muted">
          {emptySentence(page, search)}
        </p>
      )}
      <KeysetPages
        of="audit entries"
        newer={page.newer && auditAddress(search, { before: page.newer })}
        older={page.older && auditAddress(search, { after: page.older })}
      />
    </>
  );
}

function isFiltered({ actor, action, target, from, to, after, before }: AuditSearch): boolean {
  return Boolean(actor || action || target || from || to || after || before);
}

function emptySentence({ unknown }: AuditPage, { actor, target }: AuditSearch): string {
  if (unknown === "actor") return `Nobody here has the address “${isolated(actor ?? "")}”.`;
  if (unknown === "target") return `There is no user and no key called “${isolated(target ?? "")}”.`;
  return "No entry fits.";
}
