"use client";

import { useState } from "react";
import { type KeyTarget, useKeyActions } from "@/components/keys/key-actions";
import { Results } from "@/components/keys/revoke-dialog";
import { AlertCancel, AlertPanel } from "@/components/ui/alert-dialog";
import { dangerButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { TextField } from "@/components/ui/text-field";
import type { RevokeResult } from "@/lib/keys/action-states";
import { deletionPhrase } from "@/lib/keys/admin-schemas";
import { useRemoveKeys } from "./staff-key-actions";

type Props = { targets: readonly KeyTarget[]; onClose: () => void; onClosed: () => void };

/** What it is about has to be typed. */
export function DeleteDialog({ targets, onClose, onClosed }: Props) {
  const remove = useRemoveKeys();
  const { changed } = useKeyActions();
  const [results, setResults] = useState<RevokeResult[] | null>(null);
  const single = targets.length === 1 ? targets[0] : undefined;
  const phrase = deletionPhrase(targets.length, single?.name ?? null);

  function receive(received: RevokeResult[]) {
    const failed = received.filter(({ problem }) => problem !== null).length;
    changed(`${received.length - failed} deleted${failed > 0 ? `, ${failed} not` : ""}.`);
    if (single && failed === 0) onClose();
    else setResults(received);
  }

  return (
    <AlertPanel
      isOpen
      title={single ? `Delete “${single.name}”?` : `Delete ${targets.length} keys?`}
      description={
        results
          ? "This is what became of each."
          : `${single ? "It stops" : "They stop"} working at once, for good, and ${single ? "leaves" : "leave"} the owner’s list. Usage and audit entries stay.`
      }
      onCancel={onClose}
      onClosed={onClosed}
    >
      {results ? (
        <Results targets={targets} results={results} done="Deleted" />
      ) : (
        <Form
          submit={single ? "Delete key" : "Delete keys"}
          submitStyle={dangerButton}
          cancel={<AlertCancel>Cancel</AlertCancel>}
          action={async (state, form) => {
            const { results: received, ...next } = await remove(state, form);
            if (received) receive(received);
            return next;
          }}
        >
          {!single && (
            <ul className="mt-4 max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line">
              {targets.map(({ uuid, name }) => (
                <li key={uuid} className="px-3 py-2 [overflow-wrap:anywhere]">
                  {name}
                </li>
              ))}
            </ul>
          )}
          {targets.map(({ uuid }) => (
            <input key={uuid} type="hidden" name="uuid" value={uuid} />
          ))}
          {single && <input type="hidden" name="name" value={single.name} />}
          <div className="mt-4 [overflow-wrap:anywhere]">
            <TextField name="confirmation" label={`Type “${phrase}” to confirm`} required autoComplete="off" />
          </div>
        </Form>
      )}
    </AlertPanel>
  );
}
