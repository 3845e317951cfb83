import type { Metadata } from "next";
import { UploadForm } from "@/components/admin/import/upload-form";
import { Link } from "@/components/ui/link";
import { Moment } from "@/components/ui/moment";
import { textLink } from "@/components/ui/text-link";
import { Written } from "@/components/ui/written";
import { requireAdmin } from "@/lib/doors/page-guards";
import { listUploads, maxUploadBytes } from "@/lib/imports/uploads";

export const metadata: Metadata = { title: "Import" };

export default async function ImportPage() {
  const admin = await requireAdmin();
  const kept = await listUploads(admin);
  const now = new Date();
  return (
    <div className="max-w-xl">
      <h1 className="font-semibold text-2xl tracking-tight">Import</h1>
      <p className="mt-1 mb-6 text-ink-muted">
        People, their keys and their balances from another product, as NDJSON or CSV. First you see what would come of it. Nothing
        is written until you say so. Keys and secrets are kept as hashes only. Larger files, and what each field means:{" "}
        <code translate="no">npm run import</code> and <code translate="no">docs/moving-in.md</code>.
      </p>
      {kept.length > 0 && (
        <section aria-label="Files that you uploaded" className="mb-8">
          <h2 className="font-medium text-lg">Files that you uploaded</h2>
          <p className="text-ink-muted">The last three, for an hour.</p>
          <ul className="mt-2 space-y-1">
            {kept.map(({ id, name, source, addedAt }) => (
              <li key={id} className="[overflow-wrap:anywhere]">
                <Link href={`/admin/import/${id}`} className={textLink}>
                  <Written>{name}</Written>
                </Link>{" "}
                <span className="text-ink-muted">
                  from {source}, <Moment at={addedAt} now={now} as="ago" />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <UploadForm maxBytes={maxUploadBytes()} />
    </div>
  );
}
