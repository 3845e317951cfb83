"use client";

import { useEffect, useState } from "react";
import type { ShownReceipts } from "@/lib/doors/tell-change";

const [SOON_MS, SOON_FOR_MS] = [250, 3_000];
const [LATER_MS, MOST_MS] = [5_000, 120_000];
const ANSWER_MS = 5_000;

const isOver = (receipts: ShownReceipts | null) => receipts !== null && receipts.dead_everywhere_at !== null;

/** Asks for the receipts of a change: often at first, then less, until it holds everywhere or for two minutes. */
export function useReceipts(change: string, known: ShownReceipts | null) {
  const [receipts, setReceipts] = useState(known);
  const [isWatching, setWatching] = useState(!isOver(known));

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was known when it began is no reason to begin anew.
  useEffect(() => {
    if (isOver(known)) return;
    let hasLeft = false;
    const since = performance.now();
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const found = document.hidden ? "unknown" : await ask(change);
      if (hasLeft) return;
      if (typeof found !== "string") setReceipts(found);
      const waited = performance.now() - since;
      if (found === "gone" || waited > MOST_MS || (typeof found !== "string" && isOver(found))) setWatching(false);
      else timer = setTimeout(look, waited < SOON_FOR_MS ? SOON_MS : LATER_MS);
    };
    timer = setTimeout(look, known ? SOON_MS : 0);
    return () => {
      hasLeft = true;
      clearTimeout(timer);
    };
  }, [change]);

  return { receipts, isWatching };
}

/** `gone`: asking again would not help. */
async function ask(change: string): Promise<ShownReceipts | "unknown" | "gone"> {
  try {
    const bounds = { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) } as const;
    const answer = await fetch(`/api/verifier/receipts/${change}`, bounds);
    if (answer.ok) return await answer.json();
    return answer.status < 500 && answer.status !== 429 ? "gone" : "unknown";
  } catch {
    return "unknown";
  }
}
