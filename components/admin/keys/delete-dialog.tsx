"use client";

import type { KeysDialogProps } from "@/components/keys/key-actions";
import { KeysDialog } from "@/components/keys/keys-dialog";
import { TextField } from "@/components/ui/text-field";
import { Written } from "@/components/ui/written";
import { deletionPhrase } from "@/lib/keys/admin-schemas";
import { RESTORABLE_DAYS } from "@/lib/values/days";
import { isolated } from "@/lib/values/isolated";
import { useRemoveKeys } from "./staff-key-actions";

/** What it is about has to be typed. */
export function DeleteDialog({ targets, onClose, onClosed }: KeysDialogProps) {
  const remove = useRemoveKeys();
  const single = targets.length === 1 ? targets[0] : undefined;
  const phrase = deletionPhrase(targets.length, single?.name ?? null);
  return (
    <KeysDialog
      deed="Delete"
      warning={`${single ? "It stops" : "They stop"} working at once, and ${single ? "leaves" : "leave"} the owner’s list. Usage and audit entries stay. For ${RESTORABLE_DAYS} days the admin API can undo it; no page can.`}
      action={remove}
      targets={targets}
      onClose={onClose}
      onClosed={onClosed}
    >
      {!single && (
        <ul className="mt-4 max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line">
          {targets.map(({ uuid, name }) => (
            <li key={uuid} className="px-3 py-2 [overflow-wrap:anywhere]">
              <Written>{name}</Written>
            </li>
          ))}
        </ul>
      )}
      {targets.map(({ uuid }) => (
        <input key={uuid} type="hidden" name="uuid" value={uuid} />
      ))}
      {single && <input type="hidden" name="name" value={single.name} />}
      <div className="mt-4 [overflow-wrap:anywhere]">
        <TextField name="confirmation" label={`Type “${isolated(phrase)}” to confirm`} required autoComplete="off" />
      </div>
    </KeysDialog>
  );
}
