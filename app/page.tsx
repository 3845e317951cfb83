import type { Metadata } from "next";
import type { ReactNode } from "react";
import { primaryButton } from "@/components/ui/button-styles";
import { Answer, CodeBlock } from "@/components/ui/code-block";
import { MethodBadge } from "@/components/ui/method-badge";
import { SiteHeader } from "@/components/ui/site-header";
import { publicAddress } from "./address";
import { APIS } from "./endpoints";
import { quickstart } from "./quickstart";

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
        <nav aria-label="On this page" className="flex gap-4 text-ink-muted sm:gap-6">
          <HeaderLink href="#first-key">First key</HeaderLink>
          <HeaderLink href="#endpoints">Endpoints</HeaderLink>
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
            {APIS.map((api) => (
              <Endpoints key={api.name} api={api} />
            ))}
          </div>
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

function Introduction() {
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

function Endpoints({ api }: { api: (typeof APIS)[number] }) {
  return (
    <table className="w-full border-collapse text-left">
      <caption className="mb-2 text-left">
        <span className="font-medium">{api.name}</span> <span className="text-ink-muted">{api.caller}</span>
      </caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Method</th>
          <th scope="col">Path and what it does</th>
        </tr>
      </thead>
      <tbody className="border-line border-t">
        {api.routes.map(({ methods, path, does }) => (
          <tr key={methods.join() + path} className="border-line border-b">
            <td className="w-20 py-2 align-top sm:w-44">
              <span className="flex flex-wrap gap-1">
                {methods.map((method) => (
                  <MethodBadge key={method} method={method} />
                ))}
              </span>
            </td>
            <td className="grid gap-x-6 py-2 md:grid-cols-[20rem_minmax(0,1fr)]">
              <code className="font-mono text-sm [overflow-wrap:anywhere]">{path}</code>
              <span className="text-ink-muted">{does}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
