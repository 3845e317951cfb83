"use client";

import { useFormState } from "@/components/ui/form";
import { TextField } from "@/components/ui/text-field";
import { EndField, type RegeneratedTarget } from "./end-field";
import { ExpiryField } from "./expiry-field";
import { GraceField } from "./grace-field";
import { LimitFields } from "./limit-fields";
import { NoteField } from "./note-field";

/** (randomUUID is missing on plain http.) */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].join("-");
}

/** Sent again after a lost connection, or by loading the answer anew, the form still means the same key. */
function OnceField({ value }: { value: string }) {
  return <input type="hidden" name="idempotency_key" value={useFormState().values.idempotency_key ?? value} />;
}

type Props = { idempotencyKey: string };

export function CreateFields({ openedAt, idempotencyKey }: Props & { openedAt: Date }) {
  return (
    <>
      <TextField name="key_name" label="Name" required autoComplete="off" hint="What will use it, such as Production." />
      <LimitFields />
      <ExpiryField from={openedAt} />
      <NoteField current={null} />
      <OnceField value={idempotencyKey} />
    </>
  );
}

export function RegenerateFields({ target, openedAt, idempotencyKey }: Props & { target: RegeneratedTarget; openedAt: Date }) {
  return (
    <>
      <input type="hidden" name="uuid" value={target.uuid} />
      {/* What has expired does not go on working. */}
      {target.state === "expired" ? (
        <input type="hidden" name="grace_seconds" value="0" />
      ) : (
        <GraceField expiresAt={target.expiresAt} />
      )}
      <EndField target={target} openedAt={openedAt} />
      <OnceField value={idempotencyKey} />
    </>
  );
}
