"use client";

import { REFUSAL_REASONS } from "@latchkey/rule/verdicts";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { textLink } from "@/components/ui/text-link";
import type { FirstCall as Call } from "@/lib/keys/first-call";
import { REFUSAL_ADVICE } from "./refusal-advice";
import { useFirstCall } from "./watch-first-call";

/** Waits for the first call with a key, and turns green when it came or says why it was refused. */
export function FirstCall({ uuid, known = { state: "none" } }: { uuid: string; known?: Call }) {
  const { call, watch, again } = useFirstCall(uuid, known);
  if (call.state === "made") {
    return (
      <Box tone="border-positive bg-positive-soft text-positive" mark={<CircleCheck aria-hidden="true" className="size-5" />}>
        <strong className="font-medium">The first call has arrived.</strong> The key works.
      </Box>
    );
  }
  if (call.state === "refused") {
    return (
      <Box tone="border-warning bg-warning-soft text-warning" mark={<CircleAlert aria-hidden="true" className="size-5" />}>
        <strong className="font-medium">A call has arrived and was refused.</strong> {REFUSAL_REASONS[call.code]}{" "}
        {REFUSAL_ADVICE[call.code]}
      </Box>
    );
  }
  return (
    <Box tone="border-line bg-surface text-ink-muted" mark={<Dot isWatching={watch === "none"} />}>
      {watch === "none" && <span className="font-medium text-ink">Waiting for the first call…</span>}
      {watch === "unknown" && "The portal does not answer. It is asked again…"}
      {watch === "signed-out" && "You are signed out. Sign in again to see whether a call arrives."}
      {watch === "paused" && (
        <>
          No call in two minutes.{" "}
          <button type="button" onClick={again} className={textLink}>
            Go on waiting
          </button>
        </>
      )}
    </Box>
  );
}

function Box({ tone, mark, children }: { tone: string; mark: ReactNode; children: ReactNode }) {
  return (
    <p role="status" className={`flex min-h-11 items-center gap-3 rounded-md border px-3 py-2 transition-colors ${tone}`}>
      <span className="flex size-5 shrink-0 items-center justify-center">{mark}</span>
      <span>{children}</span>
    </p>
  );
}

function Dot({ isWatching }: { isWatching: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`size-2.5 rounded-full border-2 border-current ${isWatching ? "text-accent motion-safe:animate-pulse" : "text-ink-faint"}`}
    />
  );
}
