import type { FormState } from "@/lib/doors/form-state";
import type { ImportOutcome } from "./import";
import type { Remark } from "./run";

/** What an import would do or has done; `shown`: the first of the rows that were refused; `taken`: of those who are without something. */
export type Tried = ImportOutcome & { shown: Remark[]; taken: Remark[] };

export type ImportState = FormState & { done?: Tried };
export type ImportAction = (state: ImportState, form: FormData) => Promise<ImportState>;
