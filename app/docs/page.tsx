import type { Metadata } from "next";
import type { ReactNode } from "react";
import { publicAddress } from "@/app/_shell/public-address";
import { quickstart } from "@/app/_shell/quickstart";
import { Answer, CodeBlock } from "@/components/ui/code-block";
import { Link } from "@/components/ui/link";
import { MethodBadge } from "@/components/ui/method-badge";
import { textLink } from "@/components/ui/text-link";
import { Prose } from "./prose";
import { GROUPS, INTRODUCTION } from "./reference/document";

export const metadata: Metadata = { title: "API reference" };

export default async function DocsPage() {
  const address = await publicAddress();
  const { register, createKey, takeKey, verify } = quickstart(address);
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">Getting started</h1>
      <p className="mt-3 max-w-measure text-ink-muted text-lg">
        From nothing to a key that works, in four commands. They run one after the other in the same shell, bash or zsh.
      </p>
      <ol className="mt-10 space-y-10">
        <Step number={1} title="Make an account">
          <Prose text="Put your own address in the first line. A password is made for you. *You see* it printed, or why there is no account." />
          <CodeBlock title="Register" code={register} own="you@example.com" />
        </Step>
        <Step number={2} title="Create a key">
          <Prose text="*You see* the key and its secret, this once. The second command keeps the key in `$KEY`: put what you see into it." />
          <CodeBlock title="Create a key" code={createKey} />
          <CodeBlock title="Keep the key" code={takeKey} own="mf_live_…" />
        </Step>
        <Step number={3} title="Ask whether it is valid">
          <Prose text="This is what your API does with the key that a caller presents. `$SERVICE_API_SECRET` is a setting of the server; started with `npm start`, the portal keeps it in the file named here. A program of yours gets a credential of its own instead, under Admin → Services. *You see* that the key is valid, whose it is, what it may do and how many credits are left." />
          <CodeBlock title="Verify the key" code={verify} />
          <Answer
            status="200 OK"
            code={`{\n  "valid": true,\n  "code": "VALID",\n  "key_id": "550e8400-e29b-41d4-a716-446655440000",\n  "name": "My first key",\n  "permissions": ["read", "write"],\n  "credits": 1000,\n  …\n}`}
          />
        </Step>
      </ol>
      <h2 className="mt-14 border-line border-t pt-10 font-semibold text-xl tracking-tight">All operations</h2>
      <p className="mt-2 max-w-measure text-ink-muted">
        The same as a document for tools:{" "}
        <a href="/api/openapi.json" className={textLink}>
          OpenAPI 3.1
        </a>
        .
      </p>
      <div className="mt-2 space-y-2">
        <Prose text={INTRODUCTION} />
        <Prose text="The snippets take secrets and ids from the environment. After the steps above, `export ACCESS_TOKEN=$TOKEN` gives them your access token." />
      </div>
      <div className="mt-2">
        <Prose text="People, keys and balances of another product move in without a key made anew: `docs/moving-in.md` beside the portal’s source." />
      </div>
      <p className="mt-2 max-w-measure text-ink-muted">
        Which permission your API asks for of which keys:{" "}
        <Link href="/docs/permissions" className={textLink}>
          Permissions to ask for
        </Link>
        .
      </p>
      {GROUPS.map(({ slug, name, operations }) => (
        <section key={slug} aria-labelledby={slug} className="mt-8">
          <h3 id={slug} className="font-medium">
            <Link href={`/docs/${slug}`} className="rounded-sm hover:underline">
              {name}
            </Link>
          </h3>
          <ul className="mt-2 border-line border-t">
            {operations.map(({ id, method, path, summary }) => (
              <li key={id} className="grid gap-x-4 border-line border-b py-2 sm:grid-cols-[4.5rem_minmax(0,1fr)]">
                <span>
                  <MethodBadge method={method} />
                </span>
                <span className="min-w-0">
                  <Link href={`/docs/${slug}#${id}`} className={textLink}>
                    {summary}
                  </Link>
                  <code translate="no" className="block font-mono text-ink-muted text-xs [overflow-wrap:anywhere]">
                    {path}
                  </code>
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <li className="space-y-3">
      <h2 className="flex items-baseline gap-3 font-medium text-lg">
        <span className="text-ink-faint">{number}</span>
        {title}
      </h2>
      {children}
    </li>
  );
}
