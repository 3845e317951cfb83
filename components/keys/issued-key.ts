import type { FormState } from "@/lib/doors/form-state";

/** A key with its credentials in clear: in memory, while they are shown, and nowhere else. */
export type Issued = { uuid: string; name: string; key: string; secret: string | null; previousUntil?: Date | null };

export type IssueState = FormState & { issued?: Issued };

export type IssueAction = (state: FormState, form: FormData) => Promise<IssueState>;
