import type { FormState } from "@/lib/doors/form-state";
import type { RevokedKey } from "./revoke-all-keys";

export type RevokeAllState = FormState & { revoked?: RevokedKey[] };
export type RevokeAllAction = (state: FormState, form: FormData) => Promise<RevokeAllState>;
