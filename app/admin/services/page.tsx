import type { Metadata } from "next";
import { NewService } from "@/components/admin/services/new-service";
import { ServiceTable } from "@/components/admin/services/service-table";
import { SharedSecrets } from "@/components/admin/services/shared-secrets";
import { textLink } from "@/components/ui/text-link";
import { requireAdmin } from "@/lib/doors/page-guards";
import { listServices, listSharedSecrets } from "@/lib/services/list";
import { createServiceAction, switchSharedSecretAction } from "./actions";

export const metadata: Metadata = { title: "Services" };

export default async function ServicesPage() {
  await requireAdmin();
  const [services, secrets] = await Promise.all([listServices(), listSharedSecrets()]);
  const now = new Date();
  const working = services.filter(({ hasEnded }) => !hasEnded);
  const ended = services.filter(({ hasEnded }) => hasEnded);
  const accepted = secrets.filter(({ isSet, isOff }) => isSet && !isOff).length;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="font-semibold text-2xl tracking-tight">Services</h1>
        {working.length > 0 && <NewService action={createServiceAction} />}
      </div>
      {working.length > 0 ? (
        <>
          <p className="mt-2 max-w-measure text-ink-muted">
            Programs that verify keys, report usage or administer, each with a credential of its own.{" "}
            {accepted > 0 && (
              <a href="#shared-secrets" className={`${textLink} whitespace-nowrap`}>
                {accepted === 1 ? "1 shared secret is" : `${accepted} shared secrets are`} still accepted.
              </a>
            )}
          </p>
          <ServiceTable caption="Services" services={working} now={now} />
        </>
      ) : (
        <NoServices />
      )}
      <SharedSecrets secrets={secrets} action={switchSharedSecretAction} now={now} />
      {ended.length > 0 && (
        <section aria-labelledby="ended" className="mt-10">
          <h2 id="ended" className="font-medium text-lg">
            Revoked and expired
          </h2>
          <ServiceTable caption="Services that have ended" services={ended} now={now} />
        </section>
      )}
    </>
  );
}

function NoServices() {
  return (
    <div className="mt-6 rounded-lg border border-line border-dashed px-4 py-8 sm:px-8">
      <p className="max-w-measure text-lg">
        A service is a program that verifies keys, reports usage or administers, with a credential of its own.
      </p>
      <p className="mt-1 mb-5 max-w-measure text-ink-muted">
        When a credential leaks you see whose it is, and end that one without touching the others.
      </p>
      <NewService action={createServiceAction} />
    </div>
  );
}
