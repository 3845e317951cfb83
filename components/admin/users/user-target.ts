import type { FormAction, FormState } from "@/lib/doors/form-state";
import type { RevokeAllAction } from "@/lib/users/action-states";
import type { UserRole } from "@/lib/users/schemas";

/** What the page shows of the user; forms carry it along, so that nobody decides on what is no more. */
export type UserTarget = {
  id: string;
  email: string;
  role: UserRole;
  isBanned: boolean;
  /** Whoever looks at the page looks at themselves. */
  isSelf: boolean;
  credits: number;
  /** Of the latest adjustment; "0" when there is none. */
  adjustment: string;
  sessionCount: number;
  unrevokedCount: number;
};

export type UserActionSet = Record<"adjustCredits" | "ban" | "unban" | "changeRole" | "endSessions", FormAction> & {
  revokeAll: RevokeAllAction;
};

export type DialogProps = {
  user: UserTarget;
  actions: UserActionSet;
  onClose: () => void;
  onDone: (state: FormState) => void;
  onClosed: () => void;
};
