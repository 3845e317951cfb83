import { Moment } from "@/components/ui/moment";
import type { Uncharged } from "@/lib/usage/uncharged";
import { count } from "./figures";

/** That calls were counted and not charged. Nothing is shown where all of them were. */
export function UnchargedNotice({ uncharged }: { uncharged: Uncharged | null }) {
  if (!uncharged) return null;
  return (
    <p className="mt-4 max-w-measure rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
      {count(uncharged.credits, "credit")} of calls were not charged, the last on{" "}
      <Moment at={uncharged.lastAt} now={uncharged.lastAt} as="day" />: the balance was as low as it may fall. The calls are
      counted below with what they cost.
    </p>
  );
}
