"use client";

import { lazyDialog } from "@/components/ui/lazy-dialog";
import type { FormState } from "@/lib/doors/form-state";

export const NewServiceDialog = lazyDialog(async () => (await import("./new-service-dialog")).NewServiceDialog);
export const RotateDialog = lazyDialog(async () => (await import("./rotate-dialog")).RotateDialog);
export const DeedDialog = lazyDialog(async () => (await import("../users/action-dialog")).ActionDialog<FormState>);
