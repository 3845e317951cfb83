"use client";

import { useState } from "react";
import { AlertCancel, AlertPanel } from "@/components/ui/alert-dialog";
import { dangerButton } from "@/components/ui/button-styles";
import { Form, useFormState } from "@/components/ui/form";
import { Moment } from "@/components/ui/moment";
import { type KeyTarget, type RevokeResult, useKeyActions } from "./key-actions";

type Props = { targets: readonly KeyTarget[]; onClose: () => void; onClosed: () => void };

export function RevokeDialog({ targets, onClose, onClosed }: Props) {
  const { actions, changed } = useKeyActions();
  const [results, setResults] = useState<RevokeResult[] | null>(null);
  const single = targets.length === 1 ? targets[0] : undefined;

  function receive(received: RevokeResult[]) {
    const failed = received.filter(({ problem }) => problem !== null).length;
    changed(`${received.length - failed} revoked${failed > 0 ? `, ${failed} not` : ""}.`);
    if (single && failed === 0) onClose();
    else setResults(received);
  }

  return (
    <AlertPanel
      isOpen
      title={single ? `Revoke “${single.name}”?` : `Revoke ${targets.length} keys?`}
      description={
        results
          ? "This is what became of each."
          : `Programs that use ${single ? "it" : "them"} stop working at once, and for good.`
      }
      onCancel={onClose}
      onClosed={onClosed}
    >
      {results ? (
        <Results targets={targets} results={results} />
      ) : (
        <Form
          submit={single ? "Revoke key" : "Revoke keys"}
          submitStyle={dangerButton}
          cancel={<AlertCancel>Cancel</AlertCancel>}
          action={async (state, form) => {
            const { results: received, ...next } = await actions.revoke(state, form);
            if (received) receive(received);
            return next;
          }}
        >
          <ul className="mt-4 max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line">
            {targets.map((target) => (
              <li key={target.uuid} className="px-3 py-2">
                <input type="hidden" name="uuid" value={target.uuid} />
                {!single && <span className="block font-medium [overflow-wrap:anywhere]">{target.name}</span>}
                <Use target={target} />
              </li>
            ))}
          </ul>
          <Tick />
        </Form>
      )}
    </AlertPanel>
  );
}

function Use({ target: { lastUsedAt, callsToday } }: { target: KeyTarget }) {
  const { now } = useKeyActions();
  if (!lastUsedAt) return <span className="text-ink-muted">Never used.</span>;
  return (
    <span className="text-ink-muted">
      Last used <Moment at={lastUsedAt} now={now} as="ago" />, {callsToday.toLocaleString("en-GB")}{" "}
      {callsToday === 1 ? "call" : "calls"} today (UTC).
    </span>
  );
}

function Tick() {
  const errors = useFormState().fields.understood;
  return (
    <div>
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          name="understood"
          aria-invalid={errors ? true : undefined}
          aria-describedby={errors ? "understood-errors" : undefined}
          className="mt-0.5 size-4"
        />
        I understand that this cannot be undone.
      </label>
      {errors && (
        <p id="understood-errors" className="mt-1.5 text-danger text-sm">
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}

function Results({ targets, results }: { targets: readonly KeyTarget[]; results: readonly RevokeResult[] }) {
  return (
    <>
      <ul aria-label="Results" className="mt-4 max-h-64 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {targets.map(({ uuid, name }) => {
          const result = results.find((each) => each.uuid === uuid);
          return (
            <li key={uuid} className="px-3 py-2">
              <span className="block font-medium [overflow-wrap:anywhere]">{name}</span>
              {result?.problem === null ? (
                <span className="text-positive">Revoked</span>
              ) : (
                <span className="text-danger">{result?.problem ?? "Not tried"}</span>
              )}
            </li>
          );
        })}
      </ul>
      <div className="mt-5 flex justify-end">
        <AlertCancel>Close</AlertCancel>
      </div>
    </>
  );
}
