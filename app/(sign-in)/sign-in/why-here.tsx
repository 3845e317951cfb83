import { headers } from "next/headers";
import { Notice } from "@/components/ui/notice";
import { readSessionCookie } from "@/lib/identity/session-cookie";

/** Pages that only those see who have signed in, or are just about to. */
const WITHIN = /^https?:\/\/[^/]+\/(keys|usage|settings|admin|sign-in|sign-up)(\/|\?|$)/;

/** For whoever wanted to go on elsewhere and was sent here: by a session that is over, or by a browser that sent none. */
export async function WhyHere() {
  const sent = await headers();
  const reason = (await readSessionCookie(sent))
    ? "Your session has ended. Sign in, and you go on where you were."
    : WITHIN.test(sent.get("referer") ?? "") &&
      "You are not signed in here. If you did so just now, this browser keeps no cookies of the portal: allow them, then sign in again.";
  if (!reason) return null;
  return (
    <div className="mb-5">
      <Notice tone="neutral">{reason}</Notice>
    </div>
  );
}
