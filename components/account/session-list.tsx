"use client";

import { useEffect, useRef } from "react";
import { Badge } from "@/components/ui/badge";
import { ButtonForm } from "@/components/ui/button-form";
import { Instant } from "@/components/ui/instant";
import { SubmitButton } from "@/components/ui/submit-button";
import { useTimeZone } from "@/components/ui/time-zone";
import { browserName } from "@/lib/values/browser-name";

type Session = { id: string; createdAt: Date; ipAddress: string | null; userAgent: string | null };
type Props = {
  sessions: Session[];
  /** Whether there are no more than these. */
  areAll: boolean;
  current: string | null;
  now: Date;
  action: (form: FormData) => Promise<void>;
};

export function SessionList({ sessions, areAll, current, now, action }: Props) {
  const timeZone = useTimeZone();
  const count = useRef<HTMLParagraphElement>(null);
  const shown = useRef(sessions.length);

  // The button that had the focus is gone with its row.
  useEffect(() => {
    if (sessions.length < shown.current && document.activeElement === document.body) count.current?.focus();
    shown.current = sessions.length;
  }, [sessions.length]);

  return (
    <>
      <p ref={count} tabIndex={-1} role="status" className="mb-3 w-fit text-ink-muted">
        {countSessions(sessions.length, areAll)}
      </p>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {sessions.map((session) => (
          <li key={session.id} className="flex items-center justify-between gap-4 px-4 py-3">
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-x-2">
                {browserName(session.userAgent)}
                {session.id === current && <Badge tone="positive">This browser</Badge>}
              </p>
              <p className="text-ink-muted text-sm">
                Signed in <Instant at={session.createdAt} now={now} as="ago" timeZone={timeZone} />
                {session.ipAddress && ` from ${session.ipAddress}`}
              </p>
            </div>
            {session.id !== current && (
              <ButtonForm action={action} failure={<NotDone />}>
                <input type="hidden" name="session" value={session.id} />
                <SubmitButton>
                  Sign out<span className="sr-only"> {browserName(session.userAgent)}</span>
                </SubmitButton>
              </ButtonForm>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function NotDone() {
  return (
    <p role="alert" className="mt-2 max-w-72 text-danger text-sm">
      That did not work. Load this page again, then try once more.
    </p>
  );
}

function countSessions(count: number, areAll: boolean): string {
  if (!areAll) return `You are signed in more than ${count} times. The latest are:`;
  return count === 1 ? "You are signed in here only." : `You are signed in ${count} times.`;
}
