import type { FormState } from "@/lib/doors/form-state";
import type { ShownReceipts } from "@/lib/doors/tell-change";

/** A key with its credentials in clear: in memory, while they are shown, and nowhere else. */
export type Issued = {
  uuid: string;
  name: string;
  key: string;
  secret: string | null;
  previousUntil?: Date | null;
  /** Where a first call with it can be made. */
  callAddress: string;
  /** Of a key with which nobody has made a call, for its owner: whether one arrives is watched. */
  isNew?: boolean;
  /** Of a key whose former credential ended at once. */
  receipts?: ShownReceipts;
};

/** The key that the same form, sent before, made or regenerated: what it got was shown then, once. */
export type Repeated = { uuid: string; name: string };

export type IssueState = FormState & { issued?: Issued; repeated?: Repeated };
export type IssueAction = (state: FormState, form: FormData) => Promise<IssueState>;

/** What became of each key; `problem` is null where it went well. */
export type RevokeResult = { uuid: string; problem: string | null };

export type RevokeState = FormState & { results?: RevokeResult[] };
export type RevokeAction = (state: FormState, form: FormData) => Promise<RevokeState>;
