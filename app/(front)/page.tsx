import type { Metadata } from "next";
import type { ReactNode } from "react";
import { AccountLinks } from "@/app/_shell/account-links";
import { publicAddress } from "@/app/_shell/public-address";
import { quickstart } from "@/app/_shell/quickstart";
import { GROUPS } from "@/app/docs/reference/document";
import { Answer, CodeBlock } from "@/components/ui/code-block";
import { SiteHeader } from "@/components/ui/site-header";
import { textLink } from "@/components/ui/text-link";
import { EndpointTable } from "./endpoint-table";
import { Introduction } from "./introduction";

export const metadata: Metadata = { title: { absolute: "Latchkey: API keys, looked after" } };

// Shortened: the same shape as the real answer.
const ISSUED = `{
  "success": true,
  "message": "API key created successfully",
  "data": {
    "id": "550e8400-e29b-41d4-a716-446655440000",
    "key_name": "My first key",
    "api_key": "mf_live_…",
    "secret_key": "mf_live_…",
    "permissions": ["read", "write"],
    …
  }
}`;

export default async function HomePage() {
  const address = await publicAddress();
  const commands = quickstart(address);
  return (
    <>
      <SiteHeader>
        <nav aria-label="On this page" className="hidden grow justify-end gap-6 text-ink-muted sm:flex">
          <HeaderLink href="#first-key">First key</HeaderLink>
          <HeaderLink href="#endpoints">Endpoints</HeaderLink>
          <HeaderLink href="/docs">API reference</HeaderLink>
        </nav>
        <nav aria-label="Account" className="flex items-center gap-4">
          <AccountLinks />
        </nav>
      </SiteHeader>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-page grow px-4 sm:px-6">
        <Introduction />
        <Section id="first-key" title="Your first key" lead="Three commands, one after the other in the same shell.">
          <ol className="space-y-12">
            <Step number={1} title="Make an account">
              <Explanation>
                <p>Put your own address in the first line. A password is made for you and printed: keep it.</p>
                <p>
                  The access token stays in <Code>$TOKEN</Code> for the next commands and lasts an hour.
                </p>
              </Explanation>
              <div className="space-y-3">
                <CodeBlock title="Register" code={commands.register} own="you@example.com" />
                <details className="group">
                  <summary className="w-fit rounded-sm text-ink-muted underline decoration-line-strong underline-offset-4 hover:text-ink">
                    You have an account, or the hour is over
                  </summary>
                  <p className="mt-3 mb-3 text-ink-muted">
                    In a new shell, set <Code>EMAIL</Code> and <Code>PASSWORD</Code> first.
                  </p>
                  <CodeBlock title="Sign in" code={commands.login} />
                </details>
              </div>
            </Step>
            <Step number={2} title="Create the key">
              <Explanation>
                <p>
                  The answer holds <Code>api_key</Code> and <Code>secret_key</Code>. They are shown this once: nothing that is
                  stored can bring them back.
                </p>
              </Explanation>
              <div className="space-y-3">
                <CodeBlock title="Create a key" code={commands.createKey} />
                <Answer status="201 Created" code={ISSUED} />
              </div>
            </Step>
            <Step number={3} title="See what you have">
              <Explanation>
                <p>Your API account and every key with its state, permissions and uses. Credentials are masked.</p>
              </Explanation>
              <CodeBlock title="List your keys" code={commands.settings} />
            </Step>
          </ol>
        </Section>
        <Section id="staff" title="For staff" lead="Keys for any user, from a back-office system, with one shared secret.">
          <Row>
            <Explanation>
              <p>
                <Code>$ADMIN_API_SECRET</Code> is the server’s setting of that name. <Code>$USER_ID</Code> is the <Code>id</Code>{" "}
                in a user’s profile.
              </p>
              <p>Browsers may call this only from allowed origins.</p>
            </Explanation>
            <div className="space-y-3">
              <CodeBlock title="Create a key for a user" code={commands.adminCreateKey} />
              <CodeBlock title="List everyone’s keys" code={commands.adminListKeys} />
            </div>
          </Row>
        </Section>
        <Section id="endpoints" title="Endpoints" lead="All of them speak JSON. Paths work with and without the last slash.">
          <div className="space-y-10">
            {GROUPS.map((group) => (
              <EndpointTable key={group.slug} group={group} />
            ))}
          </div>
          <p className="mt-8">
            <a href="/docs" className={textLink}>
              Fields, answers, errors and examples of each
            </a>
          </p>
        </Section>
      </main>
      <footer className="mt-20 border-line border-t">
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

function HeaderLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className="rounded-sm py-2 hover:text-ink">
      {children}
    </a>
  );
}

function Section({ id, title, lead, children }: { id: string; title: string; lead: string; children: ReactNode }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="border-line border-t py-12 sm:py-16">
      <h2 id={`${id}-title`} className="font-semibold text-xl tracking-tight">
        {title}
      </h2>
      <p className="mt-1 mb-8 text-ink-muted">{lead}</p>
      {children}
    </section>
  );
}

function Row({ children }: { children: ReactNode }) {
  return <div className="grid gap-x-12 gap-y-4 lg:grid-cols-[18rem_minmax(0,1fr)]">{children}</div>;
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li>
      <h3 className="mb-3 flex items-baseline gap-3 font-medium text-lg">
        <span className="text-ink-faint">{number}</span>
        {title}
      </h3>
      <Row>{children}</Row>
    </li>
  );
}

function Explanation({ children }: { children: ReactNode }) {
  return <div className="max-w-prose space-y-2 text-ink-muted">{children}</div>;
}

function Code({ children }: { children: ReactNode }) {
  return <code className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-ink text-xs">{children}</code>;
}
