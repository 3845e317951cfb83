"use client";

import { useEffect, useState } from "react";
import { AlertCancel, AlertPanel } from "@/components/ui/alert-dialog";
import { dangerButton } from "@/components/ui/button-styles";
import { Form, useFormState } from "@/components/ui/form";
import { Moment } from "@/components/ui/moment";
import type { RevokeResult } from "@/lib/keys/action-states";
import type { RecentCalls } from "@/lib/usage/recent-calls";
import { type KeyTarget, useKeyActions } from "./key-actions";

type Props = { targets: readonly KeyTarget[]; onClose: () => void; onClosed: () => void };

export function RevokeDialog({ targets, onClose, onClosed }: Props) {
  const { actions, changed } = useKeyActions();
  const [results, setResults] = useState<RevokeResult[] | null>(null);
  const recent = useRecentCalls(targets);
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
                <Use target={target} recent={recent} />
              </li>
            ))}
          </ul>
          <Tick />
        </Form>
      )}
    </AlertPanel>
  );
}

/** Counted when the dialog opens. Null until then, and empty where it could not be counted. */
function useRecentCalls(targets: readonly KeyTarget[]): RecentCalls[] | null {
  const { actions } = useKeyActions();
  const [recent, setRecent] = useState<RecentCalls[] | null>(null);
  const used = targets.filter(({ lastUsedAt }) => lastUsedAt).map(({ uuid }) => uuid);
  const asked = used.join(" ");
  useEffect(() => {
    if (asked === "") return;
    let isOpen = true;
    const show = (counted: RecentCalls[]) => isOpen && setRecent(counted);
    actions.recentCalls(asked.split(" ")).then(show, () => show([]));
    return () => {
      isOpen = false;
    };
  }, [actions, asked]);
  return recent;
}

function Use({ target: { uuid, lastUsedAt }, recent }: { target: KeyTarget; recent: RecentCalls[] | null }) {
  const { now } = useKeyActions();
  if (!lastUsedAt) return <span className="text-ink-muted">Never used.</span>;
  return (
    <span className="text-ink-muted">
      Last used <Moment at={lastUsedAt} now={now} as="ago" />,{" "}
      {recent ? describeCalls(recent.find((each) => each.uuid === uuid)) : "counting its calls…"}
    </span>
  );
}

function describeCalls(counted: RecentCalls | undefined): string {
  if (!counted) return "its calls could not be counted.";
  const { calls, isMore } = counted;
  return `${isMore ? "more than " : ""}${calls.toLocaleString("en-GB")} ${calls === 1 ? "call" : "calls"} in the last 24 hours.`;
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

type ResultsProps = { targets: readonly KeyTarget[]; results: readonly RevokeResult[]; done?: string };

/** What became of each key. */
export function Results({ targets, results, done = "Revoked" }: ResultsProps) {
  return (
    <>
      <ul aria-label="Results" className="mt-4 max-h-64 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {targets.map(({ uuid, name }) => {
          const result = results.find((each) => each.uuid === uuid);
          return (
            <li key={uuid} className="px-3 py-2">
              <span className="block font-medium [overflow-wrap:anywhere]">{name}</span>
              {result?.problem === null ? (
                <span className="text-positive">{done}</span>
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
