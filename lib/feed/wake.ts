/** Kept on globalThis by the hub, which only the routes of the feed load. */
type Waker = { isAskedAgain: boolean; wake: (() => void) | null };

/** For whoever has just changed something that narrows: the next round begins at once, or right after the present one. */
export function wakeFeed(): void {
  const { latchkeyFeed: hub } = globalThis as typeof globalThis & { latchkeyFeed?: Waker };
  if (!hub) return;
  hub.isAskedAgain = true;
  hub.wake?.();
}
