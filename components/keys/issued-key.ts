import type { FormState } from "@/lib/http/form-state";

/** A key with its credentials in clear: in memory, while they are shown, and nowhere else. */
export type Issued = { uuid: string; name: string; key: string; secret: string | null };

export type CreateKeyState = FormState & { issued?: Issued };

export type CreateKeyAction = (state: FormState, form: FormData) => Promise<CreateKeyState>;
