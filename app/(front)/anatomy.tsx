import type { ReactNode } from "react";

/** It is none: its checksum is wrong. */
export const EXAMPLE = "mf_live_8Kq2vXw0RtYb5NcZ7JhLd3GmPs9TfAe10aB4xQ";

const PREFIX_LENGTH = 8;
const CHECKSUM_LENGTH = 6;

/** What a credential of this length is made of. */
export function Anatomy({ text, isWrong = false }: { text: string; isWrong?: boolean }) {
  return (
    <figure className="rounded-lg border border-line bg-surface px-4 py-6 sm:px-6 sm:py-8">
      <figcaption className="sr-only">The parts of a credential</figcaption>
      <dl className="grid gap-y-4 lg:grid-cols-[auto_auto_1fr]">
        <Part text={text.slice(0, PREFIX_LENGTH)} tone="text-ink-faint">
          Says who issued it
        </Part>
        <Part text={text.slice(PREFIX_LENGTH, -CHECKSUM_LENGTH)} tone="text-ink">
          190 random bits: nobody guesses it
        </Part>
        <Part text={text.slice(-CHECKSUM_LENGTH)} tone={isWrong ? "text-danger" : "text-accent"}>
          {isWrong ? "Checksum: it does not fit the rest" : "Checksum: a typo costs no look-up"}
        </Part>
      </dl>
    </figure>
  );
}

function Part({ text, tone, children }: { text: string; tone: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt translate="no" className={`font-mono text-sm sm:text-xl lg:text-2xl ${tone}`}>
        <span className="break-all lg:block lg:w-fit lg:break-normal lg:border-current lg:border-b lg:pb-3">{text}</span>
      </dt>
      <dd className="mt-1 text-ink-muted text-sm lg:mt-3">{children}</dd>
    </div>
  );
}
