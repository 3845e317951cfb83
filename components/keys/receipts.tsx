"use client";

import { useEffect, useRef, useState } from "react";
import { useTimeZone } from "@/components/ui/time-zone";
import type { Narrowing } from "@/lib/audit/receipts";
import type { ShownReceipts } from "@/lib/doors/tell-change";
import { formatInstant } from "@/lib/values/zones";
import { EachVerifier } from "./each-verifier";
import { ReceiptsBox } from "./receipts-box";
import { describeReceipts, isNamed } from "./receipts-text";
import { useReceipts } from "./watch-receipts";

type Props = { change: string; known: ShownReceipts | null; narrowing: Narrowing };

/** Says, as it happens, in how many of the processes that check keys by themselves a change holds. Nothing where there are none. */
export function Receipts({ change, known, narrowing }: Props) {
  const { receipts, isWatching } = useReceipts(change, known);
  const timeZone = useTimeZone();
  const text = receipts && describeReceipts(receipts, narrowing, timeZone);
  if (!receipts || !text) return null;
  const isLeft = !isWatching && receipts.dead_everywhere_at === null;
  return (
    <div>
      <ReceiptsBox text={text} isWatching={isWatching} />
      {isLeft && (
        <p className="mt-1.5 text-ink-muted text-sm">
          As of {formatInstant(new Date(receipts.now), timeZone, "second")}. Load the page again to see the newest.
        </p>
      )}
      {isWatching && (
        <p className="noscript:block mt-1.5 hidden text-ink-muted text-sm">Load the page again to see the newest.</p>
      )}
      {isNamed(receipts) && <EachVerifier receipts={receipts} />}
    </div>
  );
}

/** The same within a part of the page that opens: nobody asks before somebody looks. */
export function ReceiptsOnceOpen(props: Omit<Props, "known">) {
  const place = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const around = place.current?.closest("details");
    if (!around) return;
    const look = () => around.open && setOpen(true);
    look();
    around.addEventListener("toggle", look);
    return () => around.removeEventListener("toggle", look);
  }, []);
  return (
    <div ref={place} className="max-w-2xl empty:hidden">
      {isOpen && <Receipts {...props} known={null} />}
    </div>
  );
}
