// Classes, because links and buttons share them. The border of the primary one shows where forced colours take its
// background away.
const BASE = "inline-flex h-9 items-center justify-center rounded-md border px-4 font-medium text-base transition-colors";

export const primaryButton = `${BASE} border-transparent bg-accent text-on-accent hover:bg-accent-strong`;
export const secondaryButton = `${BASE} border-line text-ink hover:border-line-strong`;
export const dangerButton = `${BASE} border-transparent bg-danger text-on-accent hover:opacity-90`;
