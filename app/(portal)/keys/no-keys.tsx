import { quickstart } from "@/app/_shell/quickstart";
import { CreateKey } from "@/components/keys/create-key";
import { NEW_KEY_PAGE } from "@/components/keys/key-pages";
import { CodeFigure } from "@/components/ui/code-figure";
import { LateCopyButton } from "@/components/ui/late-copy-button";
import { createKeyAction } from "./actions";

const TITLE = "Create a key";

/** What someone sees who has no key yet. The command runs as it is pasted, once the password stands in it. */
export function NoKeys({ email, address }: { email: string; address: string }) {
  const { login, createKey } = quickstart(address);
  const code = `EMAIL='${email.replaceAll("'", "'\\''")}'\nPASSWORD='your password'\n\n${login}\n\n${createKey}`;
  return (
    <div className="mt-6 rounded-lg border border-line border-dashed px-4 py-8 sm:px-8">
      <p className="max-w-measure text-lg">A key lets a program of yours call the API in your name.</p>
      <div className="mt-4">
        <CreateKey action={createKeyAction} page={NEW_KEY_PAGE} />
      </div>
      <div className="mt-6 max-w-3xl">
        <p className="mb-3 text-ink-muted">Or make one with curl.</p>
        <CodeFigure title={TITLE} code={code} own="your password">
          <LateCopyButton text={code} what={TITLE} />
        </CodeFigure>
      </div>
    </div>
  );
}
