"use client";

import { secondaryButton } from "@/components/ui/button-styles";
import { Message } from "@/components/ui/message";
import { TryAgain } from "@/components/ui/try-again";

/** Shows the digest, which the server log repeats, and never the message: that could hold anything. */
export function ErrorMessage({ digest }: { digest: string | undefined }) {
  return (
    <Message code="Error" title="Something went wrong">
      <p>This page could not be shown. Trying again often helps.</p>
      {digest && (
        <p className="text-base">
          If it does not, tell us this code:{" "}
          <code translate="no" className="font-mono text-ink text-sm">
            {digest}
          </code>
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        <TryAgain />
        <a href="/" className={secondaryButton}>
          Go to the front page
        </a>
      </div>
    </Message>
  );
}
