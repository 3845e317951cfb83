import type { Metadata } from "next";
import { publicAddress } from "@/app/_shell/public-address";
import { CodeBlock } from "@/components/ui/code-block";
import { Link } from "@/components/ui/link";
import { textLink } from "@/components/ui/text-link";
import { feedKey } from "@/lib/feed/signing";
import { Prose } from "../prose";
import { FAILURES, GUARD, INSTALL, POLICIES, PREMISES, PROGRAM, SERVICE, settingsFor } from "../reference/own-process";
import { Section, Table } from "../sections";

export const metadata: Metadata = { title: "Check keys in your own process: API reference" };

export default async function OwnProcessPage() {
  const address = await publicAddress();
  return (
    <>
      <h1 className="mb-3 font-semibold text-2xl tracking-tight">Check keys in your own process</h1>
      <Prose text="Your API asks no server about a key: it holds all keys in memory, as digests, and hears of each change. A key that was revoked is refused everywhere two seconds later at most. `@latchkey/verifier` does this, for Node 20 or later. `packages/verifier` in the portal’s source has the whole of it, and a sidecar for nginx, Caddy and other languages." />
      <Section id="begin" title="Begin">
        <Prose text="Pack the library where the portal’s source is, and install it in your project." />
        <CodeBlock title="Install" code={INSTALL} own="../sms-api" />
        <Prose text="Make a service. *You see* its credential once." />
        <CodeBlock title="Make a service" code={SERVICE} own="sms-api" />
        <Prose text="Three settings: where the portal is, that credential, and the public key that the portal signs with: your process believes nothing else. It is no secret." />
        <CodeBlock title="Settings" code={settingsFor(address, feedKey() ?? "…")} own="lks_…" />
        <Prose text="A verdict has the fields of `POST /api/keys/verify`. A call is reported in the background, and counts once." />
        <CodeBlock title="Check a key" code={PROGRAM} />
        <Prose text="In front of a handler, which then finds the verdict under `request.latchkey`. It answers refused calls itself, and reports those that were served." />
        <CodeBlock title="Guard a route" code={GUARD} />
      </Section>
      <Section id="stale" title="When it knows nothing fresh">
        <Prose text="What it knows says how old it is. After two seconds without the portal it is stale: `onStale` says what happens then. It is never a 401, as nobody knows that the key is bad." />
        <Table
          caption="What onStale can be, and what happens then"
          columns={["`onStale`", "When stale"]}
          rows={POLICIES.map(({ policy, next }) => [`\`"${policy}"\``, next])}
        />
      </Section>
      <Section id="two-seconds" title="What the two seconds mean">
        <Prose text="No call that begins more than two seconds after a key was revoked is let in, by any process that does not say `serve`, whether or not it can be reached. Calls that have begun may finish. This holds as long as the following does." />
        <ul className="max-w-measure list-disc space-y-2 pl-5 text-ink-muted">
          {PREMISES.map((premise) => (
            <li key={premise}>{premise}</li>
          ))}
        </ul>
      </Section>
      <Section id="failures" title="What happens when">
        <Prose text="`latchkey.status()` says its `state`, how old what it knows is, and what went wrong last. By itself it becomes `READY` again in all rows but the last." />
        <Table
          caption="What can go wrong, and what your process does then"
          columns={["What happens", "What your process does"]}
          rows={FAILURES.map(({ what, next }) => [what, next])}
        />
        <p className="max-w-measure text-ink-muted">
          What goes over the wire, for whoever writes a library of their own:{" "}
          <Link href="/docs/in-your-own-process" className={textLink}>
            In your own process
          </Link>
          .
        </p>
      </Section>
    </>
  );
}
