"use client";

import { createContext, type ReactNode, useContext } from "react";
import { useConfirmedAction } from "@/components/admin/confirmed-action";
import { type Actions, KeyActions, type KeyTarget } from "@/components/keys/key-actions";
import type { RevokeAction } from "@/lib/keys/action-states";

const RemoveContext = createContext<RevokeAction | null>(null);

/** Deletes keys, once they were confirmed by typing. */
export function useRemoveKeys(): RevokeAction {
  const remove = useContext(RemoveContext);
  if (!remove) throw new Error("this stands outside of StaffKeyActions");
  return remove;
}

type Props = {
  actions: Required<Pick<Actions, "revoke" | "recentCalls" | "regenerate" | "pause">> & { remove: RevokeAction };
  targets: readonly KeyTarget[];
  now: Date;
  children: ReactNode;
};

/** What staff can do with the keys of a page; each asks for the password where it was given long ago. */
export function StaffKeyActions({ actions, targets, now, children }: Props) {
  const revoke = useConfirmedAction(actions.revoke);
  const remove = useConfirmedAction(actions.remove);
  const pause = useConfirmedAction(actions.pause);
  const regenerate = useConfirmedAction(actions.regenerate);
  return (
    <RemoveContext value={remove}>
      <KeyActions
        actions={{ revoke, regenerate, pause, recentCalls: actions.recentCalls }}
        targets={targets}
        now={now}
        canSelect={isNotDeleted}
        isOwn={false}
      >
        {children}
      </KeyActions>
    </RemoveContext>
  );
}

const isNotDeleted = ({ isDeleted }: KeyTarget) => !isDeleted;
