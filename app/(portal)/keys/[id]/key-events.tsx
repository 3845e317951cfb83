import { findLatest } from "@/app/_shell/latest-receipts";
import { Moment } from "@/components/ui/moment";
import { actionName } from "@/lib/audit/actions";
import type { KeyEvent } from "@/lib/keys/own-key-page";
import { EventReceipts } from "./event-receipts";

const ACTORS: Record<string, string> = {
  user: "you",
  admin: "staff",
  admin_api: "staff",
  service: "staff",
  api_key: "the key itself",
  system: "Latchkey",
};

/** Of the latest events it is asked where they hold; of older ones that was kept. What was just done stands above. */
const MAX_ASKED = 5;

export function KeyEvents({ events, now, ownerId }: { events: KeyEvent[]; now: Date; ownerId: string }) {
  const above = findLatest(events, now);
  const asked = events.filter((event) => event !== above && event.receipts && "change" in event.receipts).slice(0, MAX_ASKED);
  return (
    <ol className="divide-y divide-line">
      {events.map((event) => (
        <li key={event.id} className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 py-2">
          <span>
            {deedOf(event.action)}{" "}
            <span className="text-ink-muted">
              by {ACTORS[event.actorKind] ?? event.actorKind}
              {event.address && ` from ${event.address}`}
            </span>
            {event.receipts && ("kept" in event.receipts || asked.includes(event)) && (
              <EventReceipts of={event.receipts} ownerId={ownerId} />
            )}
          </span>
          <span className="text-ink-muted">
            <Moment at={event.at} now={now} as="minute" />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** "Key created" is "Created" on the key's own page. */
function deedOf(action: string): string {
  return actionName(action).replace(/^Key (.)/, (_, first: string) => first.toUpperCase());
}
