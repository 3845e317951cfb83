"use client";

import { type ReactNode, useState } from "react";
import { AlertCancel, AlertPanel } from "@/components/ui/alert-dialog";
import { dangerButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Written } from "@/components/ui/written";
import type { ShownReceipts } from "@/lib/doors/tell-change";
import type { RevokeAction, RevokeResult } from "@/lib/keys/action-states";
import { DeedDone } from "./deed-done";
import { type KeysDialogProps, type KeyTarget, useKeyActions } from "./key-actions";
import { Receipts } from "./receipts";
import { DONE } from "./receipts-text";

type Props = KeysDialogProps & {
  deed: "Revoke" | "Delete";
  warning: string;
  action: RevokeAction;
  /** The fields of the form. */
  children: ReactNode;
};

/** Asks before something is done to keys that nobody can undo, and then says what became of each. */
export function KeysDialog({ deed, warning, action, targets, onClose, onClosed, children }: Props) {
  const { changed } = useKeyActions();
  const [results, setResults] = useState<RevokeResult[] | null>(null);
  const [receipts, setReceipts] = useState<ShownReceipts | undefined>();
  const single = targets.length === 1 ? targets[0] : undefined;
  const isAllDone = single && results?.every(({ problem }) => problem === null);

  function receive(received: RevokeResult[], told: ShownReceipts | undefined) {
    const failed = received.filter(({ problem }) => problem !== null).length;
    changed(`${received.length - failed} ${deed.toLowerCase()}d${failed > 0 ? `, ${failed} not` : ""}.`);
    if (single && failed === 0 && !told) return onClose();
    setResults(received);
    setReceipts(told);
  }

  return (
    <AlertPanel
      isOpen
      title={
        single ? (
          <>
            {!isAllDone && `${deed} `}“<Written>{single.name}</Written>”{isAllDone ? ` is ${deed.toLowerCase()}d` : "?"}
          </>
        ) : (
          `${deed} ${targets.length} keys?`
        )
      }
      description={isAllDone ? DONE : results ? "This is what became of each." : warning}
      onCancel={onClose}
      onClosed={onClosed}
      isDone={results !== null}
    >
      {isAllDone && receipts ? (
        <DeedDone receipts={receipts} narrowing="ended" />
      ) : results ? (
        <Results targets={targets} results={results} done={`${deed}d`} receipts={receipts} />
      ) : (
        <Form
          submit={single ? `${deed} key` : `${deed} keys`}
          submitStyle={dangerButton}
          cancel={<AlertCancel>Cancel</AlertCancel>}
          action={async (state, form) => {
            const { results: received, receipts: told, ...next } = await action(state, form);
            if (received) receive(received, told);
            return next;
          }}
        >
          {children}
        </Form>
      )}
    </AlertPanel>
  );
}

type ResultsProps = {
  targets: readonly KeyTarget[];
  results: readonly RevokeResult[];
  done: string;
  receipts: ShownReceipts | undefined;
};

function Results({ targets, results, done, receipts }: ResultsProps) {
  return (
    <>
      <ul aria-label="Results" className="mt-4 max-h-64 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {targets.map(({ uuid, name }) => {
          const result = results.find((each) => each.uuid === uuid);
          return (
            <li key={uuid} className="px-3 py-2">
              <span className="block font-medium [overflow-wrap:anywhere]">
                <Written>{name}</Written>
              </span>
              {result?.problem === null ? (
                <span className="text-positive">{done}</span>
              ) : (
                <span className="text-danger">{result?.problem ?? "Not tried"}</span>
              )}
            </li>
          );
        })}
      </ul>
      {receipts && (
        <div className="mt-4">
          <Receipts change={receipts.change} known={receipts} narrowing="ended" />
        </div>
      )}
      <div className="mt-5 flex justify-end">
        <AlertCancel>Close</AlertCancel>
      </div>
    </>
  );
}
