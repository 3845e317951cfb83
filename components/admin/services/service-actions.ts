import type { Scope } from "@latchkey/rule/services";
import type { FormState } from "@/lib/doors/form-state";
import type { Issued } from "@/lib/keys/action-states";

/** A new service with its credential in clear, shown as a key's is; `callAddress`: of the portal. */
type IssuedService = Issued & { scopes: readonly Scope[] };

export type IssueServiceAction = (state: FormState, form: FormData) => Promise<FormState & { issued?: IssuedService }>;
