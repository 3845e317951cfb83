import type { FormState } from "@/lib/doors/form-state";

/** A key with its credentials in clear: in memory, while they are shown, and nowhere else. */
export type Issued = { uuid: string; name: string; key: string; secret: string | null; previousUntil?: Date | null };

export type IssueState = FormState & { issued?: Issued };
export type IssueAction = (state: FormState, form: FormData) => Promise<IssueState>;

/** What became of each key; `problem` is null where it went well. */
export type RevokeResult = { uuid: string; problem: string | null };

export type RevokeState = FormState & { results?: RevokeResult[] };
export type RevokeAction = (state: FormState, form: FormData) => Promise<RevokeState>;
