import type { Metadata } from "next";
import { AuditEntries } from "@/components/admin/audit/audit-entries";
import { AuditFilterForm } from "@/components/admin/audit/filter-form";
import { KeysetPages } from "@/components/admin/keyset-pages";
import { ListHeading } from "@/components/admin/list-heading";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { type AuditPage, listAudit } from "@/lib/audit/list";
import { type AuditSearch, auditSearchSchema } from "@/lib/audit/schemas";
import { requireAdmin } from "@/lib/doors/page-guards";
import { countText } from "@/lib/values/bounded-count";
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
      <p role="status" className="mt-4 text-ink-muted [overflow-wrap:anywhere]">
        {describeFound(page, search)}{" "}
        {isFiltered(search) && (
          <Link href="/admin/audit" className={textLink}>
            Show all
          </Link>
        )}
      </p>
      {page.entries.length > 0 && <AuditEntries entries={page.entries} now={new Date()} />}
      <KeysetPages
        of="audit entries"
        newer={page.newer && auditAddress(search, { before: page.newer })}
        older={page.older && auditAddress(search, { after: page.older })}
        ends={{ first: auditAddress(search), last: auditAddress(search, { last: true }) }}
      />
    </>
  );
}

function isFiltered(search: AuditSearch): boolean {
  return Object.values(search).some(Boolean);
}

function describeFound({ unknown, found }: AuditPage, { actor, target, request }: AuditSearch): string {
  if (unknown === "actor") return `Nobody here has the address “${isolated(actor ?? "")}”.`;
  if (unknown === "target") return `There is no user, no key and no service called “${isolated(target ?? "")}”.`;
  if (found.value === 0) return "No entry fits.";
  const total = found.value === 1 ? "1 entry" : `${countText(found)} entries`;
  return request ? `${total} of the request ${request}.` : `${total}.`;
}
