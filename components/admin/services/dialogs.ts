"use client";

import { lazyDialog } from "@/components/ui/lazy-dialog";

export const NewServiceDialog = lazyDialog(async () => (await import("./new-service-dialog")).NewServiceDialog);
export const RotateDialog = lazyDialog(async () => (await import("./rotate-dialog")).RotateDialog);
export const DeedDialog = lazyDialog(async () => (await import("./deed-dialog")).DeedDialog);
