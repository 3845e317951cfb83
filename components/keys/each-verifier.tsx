"use client";

import { useTimeZone } from "@/components/ui/time-zone";
import { Written } from "@/components/ui/written";
import type { Receipts } from "@/lib/feed/receipts";
import { formatInstant } from "@/lib/values/zones";
import { secondsText } from "./receipts-text";

const MAX_SHOWN = 50;

/** For staff: which process is how far. Those that are waited for come first. */
export function EachVerifier({ receipts: { confirmed, bounded, pending, may_accept } }: { receipts: Receipts }) {
  const timeZone = useTimeZone();
  const clock = (instant: string) => formatInstant(new Date(instant), timeZone, "second");
  const all = [
    ...may_accept.map(({ until, ...process }) => ({ ...process, text: `may accept until ${clock(until)}` })),
    ...pending.map((process) => ({ ...process, text: "waiting" })),
    ...bounded.map(({ since, ...process }) => ({ ...process, text: `refusing by itself since ${clock(since)}` })),
    ...confirmed.map(({ after_ms, ...process }) => ({ ...process, text: secondsText(after_ms) })),
  ];
  return (
    <details className="mt-1.5 text-sm">
      <summary className="w-fit cursor-pointer rounded-sm text-ink-muted">Each verifier</summary>
      <ul aria-label="Verifiers" className="mt-1.5 max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {all.slice(0, MAX_SHOWN).map(({ service, instance, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two processes may have one name.
          <li key={index} className="flex flex-wrap justify-between gap-x-4 px-3 py-1.5 tabular-nums">
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {instance}{" "}
              <span className="text-ink-muted">
                <Written>{service}</Written>
              </span>
            </span>
            <span className="text-ink-muted">{text}</span>
          </li>
        ))}
        {all.length > MAX_SHOWN && <li className="px-3 py-1.5 text-ink-muted">And {all.length - MAX_SHOWN} more.</li>}
      </ul>
    </details>
  );
}
