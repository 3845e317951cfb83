"use client";

import { lazyDialog } from "./lazy-dialog";

/** As CopyButton, whose code is fetched only where one is shown: for pages that seldom show any. */
export const LateCopyButton = lazyDialog(async () => (await import("./copy-button")).CopyButton);
