"use client";

import { useEffect, useState } from "react";
import { Instant } from "@/components/ui/instant";
import { useTimeZone } from "@/components/ui/time-zone";
import { Written } from "@/components/ui/written";
import type { RecentCalls } from "@/lib/usage/recent-calls";
import { type KeysDialogProps, type KeyTarget, useKeyActions } from "./key-actions";
import { KeysDialog } from "./keys-dialog";
import { describeRecentCalls } from "./recent-calls-text";
import { UnderstoodTick } from "./understood-tick";

export { Receipts } from "./receipts";

export function RevokeDialog({ targets, onClose, onClosed }: KeysDialogProps) {
  const { actions } = useKeyActions();
  const recent = useRecentCalls(targets);
  const isSingle = targets.length === 1;
  return (
    <KeysDialog
      deed="Revoke"
      warning={`Programs that use ${isSingle ? "it" : "them"} stop working at once, and for good.`}
      action={actions.revoke}
      targets={targets}
      onClose={onClose}
      onClosed={onClosed}
    >
      <ul className="mt-4 max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {targets.map((target) => (
          <li key={target.uuid} className="px-3 py-2">
            <input type="hidden" name="uuid" value={target.uuid} />
            {!isSingle && (
              <span className="block font-medium [overflow-wrap:anywhere]">
                <Written>{target.name}</Written>
              </span>
            )}
            <Use target={target} recent={recent} />
          </li>
        ))}
      </ul>
      <UnderstoodTick />
    </KeysDialog>
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
  const timeZone = useTimeZone();
  if (!lastUsedAt) return <span className="text-ink-muted">Never used.</span>;
  return (
    <span className="text-ink-muted">
      Last used <Instant at={lastUsedAt} now={now} as="ago" timeZone={timeZone} />,{" "}
      {recent ? describeRecentCalls(recent.find((each) => each.uuid === uuid)) : "counting its calls…"}
    </span>
  );
}
