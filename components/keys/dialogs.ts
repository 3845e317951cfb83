"use client";

import { latePart, lazyDialog } from "@/components/ui/lazy-dialog";

export const CreateKeyDialog = lazyDialog(async () => (await import("./create-key-dialog")).CreateKeyDialog);
export const EndGraceDialog = lazyDialog(async () => (await import("./end-grace-dialog")).EndGraceDialog);
export const PauseDialog = lazyDialog(async () => (await import("./pause-dialog")).PauseDialog);
export const RegenerateDialog = lazyDialog(async () => (await import("./regenerate-dialog")).RegenerateDialog);
export const RevokeDialog = lazyDialog(async () => (await import("./revoke-dialog")).RevokeDialog);
/** With the code of a dialog that says the same. */
export const LateReceipts = latePart(async () => (await import("./revoke-dialog")).Receipts);
