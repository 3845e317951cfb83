"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useState } from "react";
import type { FormAction, FormState } from "@/lib/http/form-state";
import type { KeyState } from "@/lib/keys/validity";
import type { IssueAction } from "./issued-key";

/** What menus and dialogs need to know of a key. */
export type KeyTarget = {
  uuid: string;
  name: string;
  state: KeyState;
  lastUsedAt: Date | null;
  callsToday: number;
};

export type RevokeResult = { uuid: string; problem: string | null };
export type RevokeState = FormState & { results?: RevokeResult[] };
export type RevokeAction = (state: FormState, form: FormData) => Promise<RevokeState>;

export type Actions = { regenerate: IssueAction; revoke: RevokeAction; endGrace: FormAction };

type Shared = {
  actions: Actions;
  targets: readonly KeyTarget[];
  selected: readonly KeyTarget[];
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

/** Around everything that acts on the keys of a page. Rows come from the server; what is ticked is known here alone. */
export function KeyActions({
  actions,
  targets,
  now,
  children,
}: {
  actions: Actions;
  targets: readonly KeyTarget[];
  now: Date;
  children: ReactNode;
}) {
  const router = useRouter();
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [sentence, setSentence] = useState("");
  const shared: Shared = {
    actions,
    targets,
    now,
    // A key that left the page, or that was revoked, is no longer ticked.
    selected: targets.filter(({ uuid, state }) => ticked.has(uuid) && state !== "revoked"),
    select: (uuids, isSelected) =>
      setTicked((before) => new Set(isSelected ? [...before, ...uuids] : [...before].filter((uuid) => !uuids.includes(uuid)))),
    changed: (text) => {
      setSentence(text);
      router.refresh();
    },
  };
  return (
    <SharedContext value={shared}>
      {children}
      <p role="status" className="sr-only">
        {sentence}
      </p>
    </SharedContext>
  );
}
