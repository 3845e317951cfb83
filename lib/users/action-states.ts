import type { FormState } from "@/lib/doors/form-state";
import type { RevokedKey } from "@/lib/keys/revoke-all";

export type RevokeAllState = FormState & { revoked?: RevokedKey[] };
export type RevokeAllAction = (state: FormState, form: FormData) => Promise<RevokeAllState>;
