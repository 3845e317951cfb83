import { Moment } from "@/components/ui/moment";
import { count, figure } from "@/components/usage/figures";
import type { Activity } from "@/lib/services/list";

/** What was counted in 30 days: "1,204 calls", or under a heading "1,204", and in red "3 refused". */
export function CallsText({ of: { calls, refusals }, isHeaded = false }: { of: Activity; isHeaded?: boolean }) {
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className={calls === 0 ? "text-ink-faint" : ""}>
        {calls === 0 ? (isHeaded ? "None" : "No calls") : isHeaded ? figure(calls) : count(calls, "call")}
      </span>
      {refusals > 0 && <span className="block text-danger">{figure(refusals)} refused</span>}
    </span>
  );
}

/** Counted to the minute. */
export function LastCall({ of: { lastAt }, now }: { of: Activity; now: Date }) {
  return lastAt ? <Moment at={lastAt} now={now} as="ago" /> : <span className="text-ink-faint">Not yet</span>;
}
