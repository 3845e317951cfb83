"use client";

import { useState } from "react";
import { Receipts } from "@/components/keys/receipts";
import { primaryButton } from "@/components/ui/button-styles";
import { Dialog } from "@/components/ui/dialog";
import { Written } from "@/components/ui/written";
import type { ShownReceipts } from "@/lib/doors/tell-change";
import type { RevokedKey } from "@/lib/keys/revoke-all";
import { ActionDialog } from "./action-dialog";
import type { DialogProps } from "./user-target";

/** Asks, and then lists what became of each key. */
export function RevokeAllDialog({ user, actions, onClose, onDone, onClosed }: DialogProps) {
  const [revoked, setRevoked] = useState<RevokedKey[] | null>(null);
  const [receipts, setReceipts] = useState<ShownReceipts | undefined>();
  if (revoked) return <Results revoked={revoked} receipts={receipts} onClose={onClose} onClosed={onClosed} />;
  const count = user.unrevokedCount;
  return (
    <ActionDialog
      title={count === 1 ? "Revoke the one key?" : `Revoke all ${count.toLocaleString("en-GB")} keys?`}
      description={
        <>
          Programs that use the keys of{" "}
          <strong className="font-medium text-ink [overflow-wrap:anywhere]">
            <Written>{user.email}</Written>
          </strong>{" "}
          stop working at once, and for good. New keys can be made.
        </>
      }
      submit={count === 1 ? "Revoke key" : "Revoke all keys"}
      isDanger
      action={actions.revokeAll}
      hidden={{ user: user.id }}
      onClose={onClose}
      // The dialog goes on with the results.
      onClosed={() => {}}
      onDone={({ receipts: told, ...state }) => {
        onDone(state);
        setReceipts(told);
        setRevoked(state.revoked ?? []);
      }}
    />
  );
}

type ResultsProps = {
  revoked: readonly RevokedKey[];
  receipts: ShownReceipts | undefined;
  onClose: () => void;
  onClosed: () => void;
};

function Results({ revoked, receipts, onClose, onClosed }: ResultsProps) {
  return (
    <Dialog
      isOpen
      onClose={onClose}
      onClosed={onClosed}
      title={revoked.length === 0 ? "There was no key left to revoke" : "These keys are revoked"}
    >
      {revoked.length > 0 && (
        <ul aria-label="Results" className="max-h-64 divide-y divide-line overflow-y-auto rounded-md border border-line">
          {revoked.map(({ id, name, masked }) => (
            <li key={id} className="flex flex-wrap items-baseline justify-between gap-x-4 px-3 py-2">
              <span className="min-w-0">
                <span className="block font-medium [overflow-wrap:anywhere]">
                  <Written>{name}</Written>
                </span>
                <code translate="no" className="font-mono text-ink-muted text-xs">
                  {masked}
                </code>
              </span>
              <span className="text-positive">Revoked</span>
            </li>
          ))}
        </ul>
      )}
      {receipts && (
        <div className="mt-4">
          <Receipts change={receipts.change} known={receipts} narrowing="ended" />
        </div>
      )}
      <div className="mt-5 flex justify-end">
        <button type="button" onClick={onClose} className={primaryButton}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
