import { describeKept, describeReceipts } from "@/components/keys/receipts-text";
import type { EntryReceipts } from "@/lib/audit/receipts";
import { pageTimeZone } from "@/lib/doors/page-guards";
import { findShownReceipts } from "@/lib/doors/tell-change";

/** Where what was done holds, as it was kept or as it is now. */
export async function EventReceipts({ of, ownerId }: { of: EntryReceipts; ownerId: string }) {
  const text = "kept" in of ? describeKept(of.kept, of.narrowing) : await describeNow(of, ownerId);
  if (!text) return null;
  return (
    <span className="block text-ink-muted text-sm tabular-nums">
      {text.headline}. {text.refusing} {text.danger && <span className="text-danger">{text.danger}</span>}
    </span>
  );
}

async function describeNow({ change, narrowing }: Extract<EntryReceipts, { change: string }>, ownerId: string) {
  const receipts = await findShownReceipts(change, ownerId);
  return receipts && describeReceipts(receipts, narrowing, await pageTimeZone());
}
