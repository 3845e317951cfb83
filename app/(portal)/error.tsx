"use client";

import { TryAgain } from "@/components/ui/try-again";

/** Inside the frame of the signed-in pages. Shows the digest, which the server log repeats, and never the message: that could hold anything. */
export default function PortalErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <div role="alert" className="max-w-measure space-y-4 text-ink-muted">
      <title>Something went wrong · Latchkey</title>
      <h1 className="font-semibold text-2xl text-ink tracking-tight">This page cannot be shown</h1>
      <p>Nothing was changed. Trying again often helps.</p>
      {error.digest && (
        <p>
          If it does not, tell us this code:{" "}
          <code translate="no" className="font-mono text-ink text-sm">
            {error.digest}
          </code>
        </p>
      )}
      <TryAgain />
    </div>
  );
}
