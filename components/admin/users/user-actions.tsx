"use client";

import { useRef, useState } from "react";
import { Receipts } from "@/components/keys/receipts";
import { secondaryButton } from "@/components/ui/button-styles";
import { Notice } from "@/components/ui/notice";
import type { FormState } from "@/lib/doors/form-state";
import { BanDialog, CreditsDialog, RoleDialog, SessionsDialog } from "./dialogs";
import { RevokeAllDialog } from "./revoke-all-dialog";
import type { UserActionSet, UserTarget } from "./user-target";

const DIALOGS = { credits: CreditsDialog, ban: BanDialog, role: RoleDialog, sessions: SessionsDialog, keys: RevokeAllDialog };

type Deed = keyof typeof DIALOGS;

/** Everything that can be done to a user: a button each, and what came of it. */
export function UserActions({ user, actions }: { user: UserTarget; actions: UserActionSet }) {
  const [open, setOpen] = useState<Deed | null>(null);
  const [result, setResult] = useState<FormState | null>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const OpenDialog = open && DIALOGS[open];

  const button = (deed: Deed, name: string) => (
    <button
      type="button"
      className={secondaryButton}
      onClick={(event) => {
        opener.current = event.currentTarget;
        setResult(null);
        setOpen(deed);
      }}
    >
      {name}
    </button>
  );
  /** A button that is gone after its deed leaves the focus to what is said about it. */
  const takeFocusBack = () => (place.current?.querySelector<HTMLElement>("[data-notice]") ?? opener.current)?.focus();

  return (
    <div className="mt-6">
      <div className="flex flex-wrap gap-2">
        {button("credits", "Add or remove credits")}
        {user.sessionCount > 0 && button("sessions", user.isSelf ? "End other sessions" : "End sessions")}
        {user.unrevokedCount > 0 && button("keys", "Revoke all keys")}
        {!user.isSelf && button("role", user.role === "admin" ? "Make a plain user" : "Make administrator")}
        {!user.isSelf && button("ban", user.isBanned ? "Unban" : "Ban")}
      </div>
      <div ref={place} className="mt-4 max-w-measure empty:hidden">
        {result?.message && <Notice tone="positive">{result.message}</Notice>}
        {result?.receipts && (
          <div className="mt-3">
            <Receipts change={result.receipts.change} known={result.receipts} narrowing="narrowed" />
          </div>
        )}
      </div>
      {OpenDialog && (
        <OpenDialog user={user} actions={actions} onClose={() => setOpen(null)} onDone={setResult} onClosed={takeFocusBack} />
      )}
    </div>
  );
}
