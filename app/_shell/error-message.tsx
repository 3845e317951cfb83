"use client";

import { secondaryButton } from "@/components/ui/button-styles";
import { Message } from "@/components/ui/message";
import { TryAgain } from "@/components/ui/try-again";
import { FAILED_PAGE, FRONT_PAGE } from "@/lib/values/page-words";

/** Shows the digest, which the server log repeats, and never the message: that could hold anything. */
export function ErrorMessage({ digest }: { digest: string | undefined }) {
  return (
    <Message code={FAILED_PAGE.code} title={FAILED_PAGE.title}>
      <p>{FAILED_PAGE.text}</p>
      {digest && (
        <p className="text-base">
          {FAILED_PAGE.report}{" "}
          <code translate="no" className="font-mono text-ink text-sm">
            {digest}
          </code>
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        <TryAgain />
        <a href="/" className={secondaryButton}>
          {FRONT_PAGE}
        </a>
      </div>
    </Message>
  );
}
