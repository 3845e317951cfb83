"use client";

import { lazyDialog } from "@/components/ui/lazy-dialog";

export const DeleteDialog = lazyDialog(async () => (await import("./delete-dialog")).DeleteDialog);
