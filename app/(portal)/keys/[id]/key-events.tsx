import { Moment } from "@/components/ui/moment";
import type { KeyEvent } from "@/lib/keys/own-key-page";

const DEEDS: Record<string, string> = {
  "api_key.created": "Created",
  "api_key.regenerated": "Regenerated",
  "api_key.grace_ended": "Old credential ended early",
  "api_key.updated": "Changed",
  "api_key.revoked": "Revoked",
};

const ACTORS: Record<string, string> = { user: "you", admin: "staff", admin_api: "staff", system: "Latchkey" };

export function KeyEvents({ events, now }: { events: KeyEvent[]; now: Date }) {
  return (
    <ol className="divide-y divide-line">
      {events.map((event) => (
        <li key={event.id} className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 py-2">
          <span>
            {DEEDS[event.action] ?? event.action}{" "}
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
