"use client";

import { GraceField } from "@/components/keys/grace-field";
import { ShowOnceDialog } from "@/components/keys/show-once-dialog";
import { Written } from "@/components/ui/written";
import type { IssueAction } from "@/lib/keys/action-states";
import type { ListedService } from "@/lib/services/list";
import { CREDENTIAL_WORDS, SaveCredential } from "./save-credential";
import { liveOf } from "./service-state";

type Props = { service: ListedService; action: IssueAction; onClose: () => void; onClosed: () => void };

/** Another credential, and for how long the one that there is works beside it. */
export function RotateDialog({ service, action, onClose, onClosed }: Props) {
  const { id, name, scopes, expiresAt } = service;
  const [newest] = liveOf(service);
  return (
    <ShowOnceDialog
      title={
        <>
          Rotate the credential of “<Written>{name}</Written>”
        </>
      }
      description={
        newest
          ? "It gets another credential, which is shown once. The old one can go on working while you put the new one in its place."
          : "It gets another credential, which is shown once."
      }
      submit="Rotate credential"
      sending="Rotating…"
      action={action}
      words={CREDENTIAL_WORDS}
      save={(props) => <SaveCredential {...props} scopes={scopes} />}
      onClose={onClose}
      onClosed={onClosed}
    >
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="credential" value={newest?.id ?? 0} />
      {newest ? <GraceField expiresAt={expiresAt} /> : <input type="hidden" name="grace_seconds" value="0" />}
    </ShowOnceDialog>
  );
}
