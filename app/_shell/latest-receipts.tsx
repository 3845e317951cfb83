import { Receipts } from "@/components/keys/receipts";
import type { EntryReceipts } from "@/lib/audit/receipts";
import { findShownReceipts } from "@/lib/doors/tell-change";

const SHOWN_MS = 10 * 60_000;

type Props = { of: readonly { at: Date; receipts: EntryReceipts | null }[]; now: Date; ownerId: string | null };

/** Right after the latest of what was done has narrowed something: where it holds by now. `of`: the latest first. */
export async function LatestReceipts({ of, now, ownerId }: Props) {
  const latest = of.find(({ receipts }) => receipts !== null);
  if (!latest?.receipts || !("change" in latest.receipts) || now.getTime() - latest.at.getTime() > SHOWN_MS) return null;
  const { change, narrowing } = latest.receipts;
  const known = await findShownReceipts(change, ownerId);
  if (!known) return null;
  return (
    <div className="mt-5 max-w-3xl">
      <Receipts key={change} change={change} known={known} narrowing={narrowing} />
    </div>
  );
}
