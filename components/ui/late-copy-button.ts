"use client";

import { latePart } from "./lazy-dialog";

/** As CopyButton, whose code is fetched only where one is shown: for pages that seldom show any. */
export const LateCopyButton = latePart(async () => (await import("./copy-button")).CopyButton);
