import type { Metadata } from "next";
import { ImportFile } from "@/components/admin/import/import-file";
import { ImportReport } from "@/components/admin/import/import-report";
import { BackLink } from "@/components/ui/back-link";
import { Notice } from "@/components/ui/notice";
import { Written } from "@/components/ui/written";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { requireAdmin } from "@/lib/doors/page-guards";
import { findUpload, type KeptFile, tryUpload } from "@/lib/imports/uploads";
import { AppError } from "@/lib/values/errors";
import { discardFileAction, importFileAction } from "../actions";

export const metadata: Metadata = { title: "Import a file" };

type Props = { params: Promise<{ id: string }> };

/** What would come of a file. Whose file it is not, and who comes later than an hour, reads the same. */
export default async function ImportFilePage({ params }: Props) {
  const admin = await requireAdmin();
  const kept = await findUpload(admin, (await params).id);
  return (
    <>
      <BackLink href="/admin/import">Import</BackLink>
      {kept ? <Kept of={kept} admin={admin} /> : <Gone />}
    </>
  );
}

async function Kept({ of: kept, admin }: { of: KeptFile; admin: CurrentAdmin }) {
  const { tried, problem } = await read(admin, kept);
  return (
    <>
      <h1 className="mt-3 font-semibold text-2xl tracking-tight [overflow-wrap:anywhere]">
        <Written>{kept.name}</Written>
      </h1>
      <p className="mt-1 text-ink-muted">From {kept.source}.</p>
      <ImportFile id={kept.id} canImport={tried !== null} actions={{ run: importFileAction, discard: discardFileAction }}>
        {tried ? (
          <ImportReport of={tried} isDry />
        ) : (
          <Notice tone="danger">
            <Written>{problem}</Written>
          </Notice>
        )}
      </ImportFile>
    </>
  );
}

async function read(admin: CurrentAdmin, kept: KeptFile) {
  try {
    return { tried: await tryUpload(admin, kept), problem: "" };
  } catch (error) {
    if (error instanceof AppError && error.status === 400) return { tried: null, problem: error.message };
    throw error;
  }
}

function Gone() {
  return (
    <>
      <h1 className="mt-3 font-semibold text-2xl tracking-tight">This file is not kept</h1>
      <p className="mt-1 text-ink-muted">
        Files are kept for an hour, for whoever uploaded them, and until they are imported. Upload it again.
      </p>
    </>
  );
}
