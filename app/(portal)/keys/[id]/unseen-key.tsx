import { FirstCall } from "@/components/keys/first-call";
import type { CurrentUser } from "@/lib/audit/actors";
import { findFirstCall } from "@/lib/keys/first-call";

/** Of a key that nobody has seen to work yet: waits for its first call. */
export async function UnseenKey({ user, uuid }: { user: CurrentUser; uuid: string }) {
  const call = await findFirstCall(user, uuid);
  if (call.state === "made") return null;
  return (
    <div className="mt-6 max-w-3xl">
      <FirstCall uuid={uuid} known={call} />
      <p className="noscript:block mt-1.5 hidden text-ink-muted text-sm">Load the page again to see whether it has arrived.</p>
    </div>
  );
}
