"use client";

import { useEffect, useState } from "react";
import type { FirstCall } from "@/lib/keys/first-call";

/** `paused`: nothing came in the time that is looked for it. `unknown`: the portal did not answer. */
type Watch = FirstCall["state"] | "paused" | "unknown" | "signed-out";

const EVERY_MS = 1000;
const MOST_LOOKS = 120;

/** Looks for a key's first call every second, while the page can be seen, for two minutes; `again` begins anew. */
export function useFirstCall(uuid: string, known: FirstCall) {
  const [call, setCall] = useState(known);
  const [watch, setWatch] = useState<Watch>(known.state);
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round is a new look.
  useEffect(() => {
    if (call.state === "made") return;
    let looks = 0;
    let isLooking = false;
    const stop = () => clearInterval(timer);
    const timer = setInterval(async () => {
      if (document.hidden || isLooking) return;
      looks += 1;
      isLooking = true;
      const found = await ask(uuid);
      isLooking = false;
      if (typeof found === "string") setWatch(found);
      else {
        setCall(found);
        setWatch(found.state);
      }
      if (found === "signed-out" || (typeof found !== "string" && found.state === "made")) stop();
      else if (looks >= MOST_LOOKS) {
        setWatch("paused");
        stop();
      }
    }, EVERY_MS);
    return stop;
  }, [uuid, round]);

  function again() {
    setWatch(call.state);
    setRound(round + 1);
  }

  return { call, watch, again };
}

async function ask(uuid: string): Promise<FirstCall | "unknown" | "signed-out"> {
  try {
    const answer = await fetch(`/keys/${uuid}/first-call`, { cache: "no-store" });
    if (answer.ok) return await answer.json();
    return answer.status === 401 ? "signed-out" : "unknown";
  } catch {
    return "unknown";
  }
}
