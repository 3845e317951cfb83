import type { Metadata } from "next";
import type { ReactNode } from "react";
import { currentTheme } from "@/app/_shell/current-theme";
import { OpenHeader } from "@/app/_shell/open-header";
import { publicAddress } from "@/app/_shell/public-address";
import { textLink } from "@/components/ui/text-link";
import { findReader } from "@/lib/doors/page-guards";
import { Audiences, Point } from "./audiences";
import { FirstKeySteps, StaffCommands } from "./command-line";
import { Introduction, WaysIn } from "./introduction";
import { TryKey } from "./try-key";

export const metadata: Metadata = { title: { absolute: "Latchkey: API keys, looked after" } };

export default async function HomePage() {
  const [address, theme, user] = await Promise.all([publicAddress(), currentTheme(), findReader()]);
  const isSignedIn = user !== null;
  return (
    <>
      <OpenHeader />
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-page grow px-4 sm:px-6">
        <Introduction isSignedIn={isSignedIn} theme={theme} />
        <Audiences theme={theme} />
        <Section id="anatomy" title="A key that can be read" lead="Three parts, and each of them is there for a reason.">
          <TryKey />
          <dl className="mt-10 grid gap-x-8 gap-y-6 sm:grid-cols-3">
            <Point term="Shown once">A credential is in one answer only. What is stored is a keyed hash.</Point>
            <Point term="Found when it leaks">The prefix and the checksum let scanners tell a key from any other text.</Point>
            <Point term="Never in an address">A key in the address of a call is refused: logs and histories keep those.</Point>
          </dl>
        </Section>
        <Section id="first-key" title="From the command line" lead="Three commands, one after the other in the same shell.">
          <FirstKeySteps address={address} />
        </Section>
        <Section id="staff" title="For back offices" lead="Keys for any user, from a system of yours, with one shared secret.">
          <StaffCommands address={address} />
          <p className="mt-8">
            <a href="/docs" className={textLink}>
              Every call, with its fields, answers, errors and examples
            </a>
          </p>
        </Section>
        <section aria-labelledby="begin" className="border-line border-t py-12 sm:py-16">
          <h2 id="begin" className="font-semibold text-2xl tracking-tight">
            {isSignedIn ? "Your keys are where you left them." : "Your first key is a minute away."}
          </h2>
          <WaysIn isSignedIn={isSignedIn} />
        </section>
      </main>
      <footer className="border-line border-t">
        <div className="mx-auto flex w-full max-w-page flex-wrap justify-between gap-x-6 gap-y-2 px-4 py-6 text-ink-muted sm:px-6">
          <span>Latchkey at {new URL(address).host}</span>
          <a href="/api/health" className="rounded-sm underline decoration-line-strong underline-offset-4 hover:text-ink">
            Health of this server
          </a>
        </div>
      </footer>
    </>
  );
}

function Section({ id, title, lead, children }: { id: string; title: string; lead: string; children: ReactNode }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="border-line border-t py-12 sm:py-16">
      <h2 id={`${id}-title`} className="font-semibold text-2xl tracking-tight">
        {title}
      </h2>
      <p className="mt-1 mb-8 text-ink-muted">{lead}</p>
      {children}
    </section>
  );
}
