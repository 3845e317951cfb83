import { Moment } from "@/components/ui/moment";
import { actionName } from "@/lib/audit/actions";
import type { KeyEvent } from "@/lib/keys/own-key-page";

const ACTORS: Record<string, string> = {
  user: "you",
  admin: "staff",
  admin_api: "staff",
  service: "staff",
  api_key: "the key itself",
  system: "Latchkey",
};

export function KeyEvents({ events, now }: { events: KeyEvent[]; now: Date }) {
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
