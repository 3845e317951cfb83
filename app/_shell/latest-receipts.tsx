import { Receipts } from "@/components/keys/receipts";
import type { EntryReceipts } from "@/lib/audit/receipts";
import { findShownReceipts } from "@/lib/doors/tell-change";

const SHOWN_MS = 10 * 60_000;

type Deed = { at: Date; receipts: EntryReceipts | null };

/** Of what was done, the latest first: what was just done and narrows, which is shown by itself. */
export function findLatest<Of extends Deed>(of: readonly Of[], now: Date): Of | undefined {
  const latest = of.find(({ receipts }) => receipts !== null);
  const isFresh = latest?.receipts && "change" in latest.receipts && now.getTime() - latest.at.getTime() < SHOWN_MS;
  return isFresh ? latest : undefined;
}

type Props = { of: readonly Deed[]; now: Date; ownerId: string | null };

/** Right after something narrowed: where it holds by now. */
export async function LatestReceipts({ of, now, ownerId }: Props) {
  const receipts = findLatest(of, now)?.receipts;
  if (!receipts || !("change" in receipts)) return null;
  const { change, narrowing } = receipts;
  const known = await findShownReceipts(change, ownerId);
  if (!known) return null;
  return (
    <div className="mt-5 max-w-3xl">
      <Receipts key={change} change={change} known={known} narrowing={narrowing} />
    </div>
  );
}
