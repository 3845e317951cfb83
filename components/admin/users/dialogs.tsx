"use client";

import { useState } from "react";
import { Choices } from "@/components/ui/choices";
import { TextField } from "@/components/ui/text-field";
import { Written } from "@/components/ui/written";
import type { FormState } from "@/lib/doors/form-state";
import { MAX_REASON_LENGTH } from "@/lib/values/lengths";
import { ActionDialog } from "./action-dialog";
import type { DialogProps, UserTarget } from "./user-target";

const CHANGES = [
  { value: "add", label: "Add" },
  { value: "remove", label: "Remove" },
] as const;

export function CreditsDialog({ user, actions, ...rest }: DialogProps) {
  const [change, setChange] = useState<"add" | "remove">("add");
  return (
    <ActionDialog
      {...closing(rest)}
      title="Add or remove credits"
      description={
        <>
          <Email user={user} /> has {user.credits.toLocaleString("en-GB")} credits.
        </>
      }
      submit={change === "add" ? "Add credits" : "Remove credits"}
      action={actions.adjustCredits}
      hidden={{ user: user.id, adjustment: user.adjustment }}
    >
      <Choices name="change" legend="Change" options={CHANGES} initial="add" onChange={setChange} />
      <TextField name="amount" label="Credits" inputMode="numeric" autoComplete="off" required />
      <Reason hint="The user sees it in their ledger. Staff see it in the audit log, too." />
    </ActionDialog>
  );
}

export function BanDialog({ user, actions, ...rest }: DialogProps) {
  return user.isBanned ? (
    <ActionDialog
      {...closing(rest)}
      title="Unban this user?"
      description={
        <>
          <Email user={user} /> can sign in again. Their keys work again at once, apart from those that are disabled, expired or
          revoked.
        </>
      }
      submit="Unban"
      action={actions.unban}
      hidden={seen(user)}
    >
      <Reason />
    </ActionDialog>
  ) : (
    <ActionDialog
      {...closing(rest)}
      title="Ban this user?"
      description={
        <>
          <Email user={user} /> is signed out everywhere and cannot sign in. Their keys are refused at once, until the ban ends.
        </>
      }
      submit="Ban"
      isDanger
      action={actions.ban}
      hidden={seen(user)}
    >
      <Reason hint="Kept with the ban. Staff see it, the user does not." />
    </ActionDialog>
  );
}

export function RoleDialog({ user, actions, ...rest }: DialogProps) {
  const isAdmin = user.role === "admin";
  return (
    <ActionDialog
      {...closing(rest)}
      title={isAdmin ? "Make this administrator a plain user?" : "Make this user an administrator?"}
      description={
        isAdmin ? (
          <>
            <Email user={user} /> loses these pages at once.
          </>
        ) : (
          <>
            <Email user={user} /> will see every user and every key, and can change both.
          </>
        )
      }
      submit={isAdmin ? "Make a plain user" : "Make administrator"}
      isDanger={isAdmin}
      action={actions.changeRole}
      hidden={{ ...seen(user), to: isAdmin ? "user" : "admin" }}
    />
  );
}

export function SessionsDialog({ user, actions, ...rest }: DialogProps) {
  return (
    <ActionDialog
      {...closing(rest)}
      title={user.isSelf ? "End your other sessions?" : "End all sessions?"}
      description={
        <>
          <Email user={user} /> is signed out {user.isSelf ? "everywhere but here" : "everywhere"}, in browsers and over the API,
          and can sign in again. Keys go on working.
        </>
      }
      submit="End sessions"
      isDanger
      action={actions.endSessions}
      hidden={{ user: user.id }}
    />
  );
}

/** When it is done there is nothing more to see in the dialog. */
function closing({ onClose, onDone, onClosed }: Omit<DialogProps, "user" | "actions">) {
  return {
    onClose,
    onClosed,
    onDone: (state: FormState) => {
      onDone(state);
      onClose();
    },
  };
}

function seen({ id, role, isBanned }: UserTarget): Record<string, string> {
  return { user: id, role, banned: String(isBanned) };
}

function Email({ user }: { user: UserTarget }) {
  return (
    <strong className="font-medium text-ink [overflow-wrap:anywhere]">
      <Written>{user.email}</Written>
    </strong>
  );
}

function Reason({ hint }: { hint?: string }) {
  return <TextField name="reason" label="Reason" maxLength={MAX_REASON_LENGTH} autoComplete="off" required hint={hint} />;
}
