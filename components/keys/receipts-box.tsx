import type { ReceiptsText } from "./receipts-text";

const TONES: Record<ReceiptsText["tone"], string> = {
  waiting: "border-line bg-surface text-ink",
  done: "border-positive bg-positive-soft text-positive",
  danger: "border-danger bg-danger-soft text-danger",
};

/** `isWatching`: it changes while it is looked at. What counts down is then seen, and not read out each time. */
export function ReceiptsBox({ text, isWatching = false }: { text: ReceiptsText; isWatching?: boolean }) {
  const { tone, headline, atMost, refusing, danger } = text;
  return (
    <div role="status" className={`flex gap-3 rounded-md border px-3 py-2.5 transition-colors ${TONES[tone]}`}>
      <span className="flex h-6 w-5 shrink-0 items-center justify-center">
        <Mark tone={tone} isWatching={isWatching} />
      </span>
      <div className="min-w-0 tabular-nums [overflow-wrap:anywhere]">
        {danger && <p className="font-medium">{danger}</p>}
        <p className={danger ? undefined : "font-medium"}>
          {headline}
          {atMost && <span aria-hidden={isWatching || undefined}>, {atMost}</span>}.
        </p>
        {refusing && <p>{refusing}</p>}
      </div>
    </div>
  );
}

/** Drawn here: the component of our icons would come with the first scripts of pages that do without. */
function Mark({ tone, isWatching }: { tone: ReceiptsText["tone"]; isWatching: boolean }) {
  if (tone !== "waiting") {
    return (
      <svg aria-hidden="true" viewBox="0 0 24 24" className="size-5 fill-none stroke-2 stroke-current" strokeLinecap="round">
        <circle cx="12" cy="12" r="10" />
        <path d={tone === "done" ? "m9 12 2 2 4-4" : "M12 8v4m0 4h.01"} strokeLinejoin="round" />
      </svg>
    );
  }
  return (
    <span
      aria-hidden="true"
      className={`size-2.5 rounded-full border-2 border-current ${isWatching ? "text-accent motion-safe:animate-pulse" : "text-ink-faint"}`}
    />
  );
}
