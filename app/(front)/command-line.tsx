import type { ReactNode } from "react";
import { quickstart } from "@/app/_shell/quickstart";
import { Answer, CodeBlock } from "@/components/ui/code-block";

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

/** A first key without the pages: commands that run one after the other in the same shell. */
export function FirstKeySteps({ address }: { address: string }) {
  const commands = quickstart(address);
  return (
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
            The answer holds <Code>api_key</Code> and <Code>secret_key</Code>. They are shown this once: nothing that is stored
            can bring them back.
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
  );
}

export function StaffCommands({ address }: { address: string }) {
  const { adminCreateKey, adminListKeys } = quickstart(address);
  return (
    <Row>
      <Explanation>
        <p>
          <Code>$ADMIN_API_SECRET</Code> is the server’s setting of that name. <Code>$USER_ID</Code> is the <Code>id</Code> in a
          user’s profile.
        </p>
        <p>Browsers may call this only from allowed origins.</p>
      </Explanation>
      <div className="space-y-3">
        <CodeBlock title="Create a key for a user" code={adminCreateKey} />
        <CodeBlock title="List everyone’s keys" code={adminListKeys} />
      </div>
    </Row>
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
  return <div className="max-w-measure space-y-2 text-ink-muted">{children}</div>;
}

function Code({ children }: { children: ReactNode }) {
  return (
    <code translate="no" className="rounded-sm bg-sunken px-1 py-0.5 font-mono text-ink text-xs">
      {children}
    </code>
  );
}
