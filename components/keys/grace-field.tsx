"use client";

import { useState } from "react";
import { Choices } from "@/components/ui/choices";
import { useHydrated } from "@/components/ui/hydrated";
import { useTimeZone } from "@/components/ui/time-zone";
import { formatInstant } from "@/lib/values/zones";

const GRACES = [
  { value: "0", label: "Not at all" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "24 hours" },
  { value: "604800", label: "7 days" },
] as const;

type Grace = (typeof GRACES)[number]["value"];

/** How long the old credential goes on working. `expiresAt`: when the key, and so that, ends whatever is chosen. */
export function GraceField({ expiresAt }: { expiresAt: Date | null }) {
  const timeZone = useTimeZone();
  const isHydrated = useHydrated();
  const [grace, setGrace] = useState<Grace>("86400");
  const [chosenAt, setChosenAt] = useState(() => Date.now());
  const end = new Date(Math.min(chosenAt + Number(grace) * 1000, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY));
  const sentence =
    grace === "0" ? "It stops working as soon as you confirm." : `It stops working on ${formatInstant(end, timeZone, "minute")}.`;
  return (
    <div>
      <Choices
        name="grace_seconds"
        legend="The old credential keeps working for"
        options={GRACES}
        initial="86400"
        onChange={(value) => {
          setGrace(value);
          setChosenAt(Date.now());
        }}
      />
      <p role="status" className="mt-1.5 text-ink-muted text-sm">
        {isHydrated ? sentence : "Counted from when you confirm."}
      </p>
    </div>
  );
}
