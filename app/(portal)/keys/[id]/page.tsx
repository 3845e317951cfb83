import { pickLimits } from "@latchkey/rule/limits";
import { INACTIVE_STATUSES } from "@latchkey/rule/status";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { LatestReceipts } from "@/app/_shell/latest-receipts";
import { EditKey } from "@/components/keys/edit-key";
import { KeyActions } from "@/components/keys/key-actions";
import { KeyButton } from "@/components/keys/key-buttons";
import { KeyHeading } from "@/components/keys/key-heading";
import { KeyUsage } from "@/components/keys/key-usage";
import { PageSection } from "@/components/keys/page-section";
import { RefusalList } from "@/components/keys/refusal-list";
import { isOffered } from "@/components/keys/refusals";
import { StateBadge } from "@/components/keys/state-badge";
import { Guessable } from "@/components/keys/table-parts";
import { secondaryButton } from "@/components/ui/button-styles";
import { requireUser } from "@/lib/doors/page-guards";
import type { KeyPage } from "@/lib/keys/own-key-page";
import { isolated } from "@/lib/values/isolated";
import {
  endGraceAction,
  pauseKeyAction,
  recentCallsAction,
  regenerateKeyAction,
  revokeKeysAction,
  updateKeyAction,
} from "../actions";
import { KeyEvents } from "./key-events";
import { KeyFacts } from "./key-facts";
import { loadKey } from "./load-key";
import { UnseenKey } from "./unseen-key";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: isolated((await loadKey((await params).id)).name) };
}

const ACTIONS = {
  regenerate: regenerateKeyAction,
  pause: pauseKeyAction,
  revoke: revokeKeysAction,
  endGrace: endGraceAction,
  recentCalls: recentCallsAction,
};

export default async function KeyOwnPage({ params }: Props) {
  const key = await loadKey((await params).id);
  const user = await requireUser(`/keys/${key.uuid}`);
  const now = new Date();
  const { uuid, name, state, expiresAt, lastUsedAt } = key;
  const target = { uuid, name, state, expiresAt, lastUsedAt };
  return (
    <KeyActions actions={ACTIONS} targets={[target]} now={now}>
      <KeyHeading name={name} list="/keys">
        <StateBadge state={state} />
      </KeyHeading>
      {key.isWeak && <Guessable />}
      <LatestReceipts of={key.events} now={now} ownerId={user.id} />
      <div className="mt-5 flex flex-wrap items-start gap-3 empty:hidden">
        {isOffered("regenerate", key) && <KeyButton opens="regenerate" />}
        {isOffered("change", key) && <Change keyShown={key} />}
      </div>
      <KeyFacts facts={key} now={now} />
      {lastUsedAt === null && !INACTIVE_STATUSES.some((status) => status === state) && <UnseenKey user={user} uuid={uuid} />}
      <PageSection title="Usage">
        <KeyUsage days={key.days} outcomes={key.outcomes} />
      </PageSection>
      <PageSection title="Refusals">
        <RefusalList refusals={key.refusals} now={now} />
      </PageSection>
      <PageSection title="History">
        <KeyEvents events={key.events} now={now} ownerId={user.id} />
      </PageSection>
      {isOffered("revoke", key) && (
        <PageSection title="Danger zone">
          <DangerZone keyShown={key} />
        </PageSection>
      )}
    </KeyActions>
  );
}

/** Below its button: a form that opens without scripts, too. */
function Change({ keyShown: { uuid, name, note, selfRotation, ...key } }: { keyShown: KeyPage }) {
  return (
    <details className="group/edit min-w-0 max-w-xl open:grow max-sm:open:basis-full">
      <summary className={`${secondaryButton} list-none [&::-webkit-details-marker]:hidden`}>Edit</summary>
      <section
        aria-label="Change"
        className="mt-3 hidden rounded-lg border border-line-strong bg-surface p-5 group-open/edit:block"
      >
        <EditKey
          uuid={uuid}
          name={name}
          note={note}
          selfRotation={selfRotation}
          limits={pickLimits(key)}
          action={updateKeyAction}
        />
      </section>
    </details>
  );
}

function DangerZone({ keyShown }: { keyShown: KeyPage }) {
  const isDisabled = keyShown.state === "disabled";
  const isOthers = keyShown.disabledBy !== null && keyShown.disabledBy !== "owner";
  return (
    <div className="divide-y divide-line rounded-lg border border-danger">
      {isOffered("pause", keyShown) && !isOthers && (
        <Danger
          title={isDisabled ? "Enable" : "Disable"}
          text={
            isDisabled ? "Programs that use it are let in again." : "Programs that use it are refused until you enable it again."
          }
        >
          <KeyButton opens="pause" />
        </Danger>
      )}
      <Danger title="Revoke" text="Programs that use it stop working at once, and for good.">
        <KeyButton opens="revoke" />
      </Danger>
    </div>
  );
}

function Danger({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 p-4">
      <div>
        <h3 className="font-medium">{title}</h3>
        <p className="text-ink-muted">{text}</p>
      </div>
      {children}
    </div>
  );
}
