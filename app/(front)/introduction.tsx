import type { ReactNode } from "react";
import { primaryButton } from "@/components/ui/button-styles";

export function Introduction() {
  return (
    <div className="py-12 sm:py-20">
      <h1 className="max-w-2xl font-semibold text-2xl tracking-tight sm:text-3xl">API keys, looked after.</h1>
      <p className="mt-4 max-w-2xl text-ink-muted text-lg">
        Latchkey is the portal where an API’s users get, watch, replace and revoke their keys, and where its staff manage
        everyone’s.
      </p>
      <a href="#first-key" className={`mt-6 ${primaryButton}`}>
        Get your first key
      </a>
      <Anatomy />
      <dl className="mt-10 grid gap-x-8 gap-y-6 sm:grid-cols-3">
        <Fact term="Shown once">A credential is in one answer only. What is stored is a keyed hash.</Fact>
        <Fact term="Replaced without a gap">The old pair can go on working for up to seven days.</Fact>
        <Fact term="Revoked at once">The next check of the key says no.</Fact>
      </dl>
    </div>
  );
}

/** What a credential is made of, at an example that is none: its checksum is wrong. */
function Anatomy() {
  return (
    <figure className="mt-12 rounded-lg border border-line bg-surface px-4 py-6 sm:px-6 sm:py-8">
      <figcaption className="sr-only">The parts of a credential</figcaption>
      <dl className="grid gap-y-4 lg:grid-cols-[auto_auto_1fr]">
        <Part text="mf_live_" tone="text-ink-faint">
          Says who issued it
        </Part>
        <Part text="8Kq2vXw0RtYb5NcZ7JhLd3GmPs9TfAe1" tone="text-ink">
          190 random bits: nobody guesses it
        </Part>
        <Part text="0aB4xQ" tone="text-accent">
          Checksum: a typo costs no look-up
        </Part>
      </dl>
    </figure>
  );
}

function Part({ text, tone, children }: { text: string; tone: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className={`font-mono text-sm sm:text-xl lg:text-2xl ${tone}`}>
        <span className="lg:block lg:w-fit lg:border-current lg:border-b lg:pb-3">{text}</span>
      </dt>
      <dd className="mt-1 text-ink-muted text-sm lg:mt-3">{children}</dd>
    </div>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="border-line border-t pt-3">
      <dt className="font-medium">{term}</dt>
      <dd className="mt-1 text-ink-muted">{children}</dd>
    </div>
  );
}
