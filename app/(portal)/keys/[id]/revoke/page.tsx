import type { Metadata } from "next";
import { describeRecentCalls } from "@/components/keys/recent-calls-text";
import { REFUSALS } from "@/components/keys/refusals";
import { UnderstoodTick } from "@/components/keys/understood-tick";
import { dangerButton } from "@/components/ui/button-styles";
import { Moment } from "@/components/ui/moment";
import { Written } from "@/components/ui/written";
import { requireUser } from "@/lib/doors/page-guards";
import { countRecentCalls } from "@/lib/usage/recent-calls";
import { revokeOnPageAction } from "../actions";
import { DeedPage } from "../deed-page";
import { loadKey } from "../load-key";
import { NotNow } from "../not-now";

export const metadata: Metadata = { title: "Revoke a key" };

export default async function RevokePage({ params }: { params: Promise<{ id: string }> }) {
  const { uuid, name, state, lastUsedAt } = await loadKey((await params).id, "/revoke");
  const title = (
    <>
      Revoke “<Written>{name}</Written>”?
    </>
  );
  const refusal = REFUSALS[state].revoke;
  if (refusal) return <NotNow uuid={uuid} title={title} refusal={refusal} />;
  const [recent] = await countRecentCalls(await requireUser(`/keys/${uuid}/revoke`), [uuid]);
  return (
    <DeedPage
      uuid={uuid}
      title={title}
      warning="Programs that use it stop working at once, and for good."
      submit="Revoke key"
      submitStyle={dangerButton}
      action={revokeOnPageAction}
    >
      <p className="rounded-md border border-line px-3 py-2 text-ink-muted">
        {lastUsedAt ? (
          <>
            Last used <Moment at={lastUsedAt} now={new Date()} as="ago" />, {describeRecentCalls(recent)}
          </>
        ) : (
          "Never used."
        )}
      </p>
      <UnderstoodTick />
    </DeedPage>
  );
}
