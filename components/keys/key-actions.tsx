"use client";

import type { KeyState } from "@latchkey/rule/status";
import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useState } from "react";
import { DialogHost } from "@/components/ui/dialog-host";
import type { FormAction } from "@/lib/doors/form-state";
import type { IssueAction, RevokeAction } from "@/lib/keys/action-states";
import type { RecentCalls } from "@/lib/usage/recent-calls";
import { isOffered } from "./refusals";

/** What menus and dialogs need to know of a key. */
export type KeyTarget = {
  uuid: string;
  name: string;
  state: KeyState;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  isDeleted?: boolean;
};

/** Of every dialog that does something to keys; `targets` are as they were when it opened. */
export type KeysDialogProps = { targets: readonly KeyTarget[]; onClose: () => void; onClosed: () => void };

/** Only an owner ends a grace. */
export type Actions = {
  revoke: RevokeAction;
  recentCalls: (uuids: string[]) => Promise<RecentCalls[]>;
  regenerate?: IssueAction;
  /** Disables a key, or enables it: its field `deed` says which. */
  pause?: FormAction;
  endGrace?: FormAction;
};

type Shared = {
  actions: Actions;
  /** Whether they are the visitor's, so that each deed has its page. */
  isOwn: boolean;
  targets: readonly KeyTarget[];
  selected: readonly KeyTarget[];
  canSelect: (target: KeyTarget) => boolean;
  select: (uuids: readonly string[], isSelected: boolean) => void;
  now: Date;
  /** Reads the sentence out, and has the page show what changed. */
  changed: (sentence: string) => void;
};

const SharedContext = createContext<Shared | null>(null);

export function useKeyActions(): Shared {
  const shared = useContext(SharedContext);
  if (!shared) throw new Error("this stands outside of KeyActions");
  return shared;
}

const isRevocable = (target: KeyTarget) => isOffered("revoke", target);

/** Around everything that acts on the keys of a page. Rows come from the server; what is ticked is known here alone. */
export function KeyActions({
  actions,
  targets,
  now,
  canSelect = isRevocable,
  isOwn = true,
  children,
}: {
  actions: Actions;
  targets: readonly KeyTarget[];
  now: Date;
  canSelect?: (target: KeyTarget) => boolean;
  isOwn?: boolean;
  children: ReactNode;
}) {
  const router = useRouter();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [sentence, setSentence] = useState("");
  const shared: Shared = {
    actions,
    targets,
    now,
    isOwn,
    canSelect,
    // A key that left the page, or that was revoked, is no longer ticked.
    selected: targets.filter((target) => ticked.has(target.uuid) && canSelect(target)),
    select: (uuids, isSelected) =>
      setTicked((before) => new Set(isSelected ? [...before, ...uuids] : [...before].filter((uuid) => !uuids.includes(uuid)))),
    changed: (text) => {
      setSentence(text);
      router.refresh();
    },
  };
  return (
    <SharedContext value={shared}>
      <DialogHost>{children}</DialogHost>
      <p role="status" className="sr-only">
        {sentence}
      </p>
    </SharedContext>
  );
}
