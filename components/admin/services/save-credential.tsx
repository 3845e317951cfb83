"use client";

import type { Scope } from "@latchkey/rule/services";
import { CopyLine, ShowButton, useMasking } from "@/components/keys/copy-line";
import type { SaveProps } from "@/components/keys/save-key";
import type { Words } from "@/components/keys/uncopied";
import { primaryButton } from "@/components/ui/button-styles";
import { Tabs } from "@/components/ui/tabs";
import { type Snippet, serviceSnippets } from "./call-snippets";

export const CREDENTIAL_WORDS: Words = { noun: "credential", seen: "its credential", again: "rotate the service’s" };

/** As lists have it: the prefix and six characters. */
const SHOWN_LENGTH = 10;

/** The one time that a service's credential is shown. */
export function SaveCredential({ issued, scopes, onCopied, onDone }: SaveProps & { scopes: readonly Scope[] }) {
  const { key: credential, callAddress } = issued;
  const { lines, toggle } = useMasking([credential], SHOWN_LENGTH);
  const copied = () => onCopied([credential]);
  const snippets = serviceSnippets(scopes, callAddress, credential);
  const tab = (name: string, of: (snippet: Snippet) => string) => ({
    name,
    content: (
      <div className="space-y-3">
        {snippets.map((snippet) => (
          <CopyLine key={snippet.title} title={snippet.title} text={of(snippet)} onCopied={copied} {...lines} />
        ))}
      </div>
    ),
  });
  const env = {
    name: ".env",
    content: <CopyLine title=".env" text={`SERVICE_CREDENTIAL=${credential}`} onCopied={copied} {...lines} />,
  };
  return (
    // Copied with the keyboard or the menu of the browser.
    <div className="space-y-4" onCopy={() => String(getSelection()).includes(credential) && copied()}>
      <CopyLine title="Credential" use="Goes with every call, as a bearer." text={credential} onCopied={copied} {...lines} />
      <ShowButton isShown={lines.isShown} toggle={toggle} what="the credential" />
      <Tabs
        label="Make a first call"
        tabs={
          snippets.length === 0
            ? [env]
            : [
                tab("curl", ({ curl }) => curl),
                tab("JavaScript", ({ javascript }) => javascript),
                tab("Python", ({ python }) => python),
                env,
              ]
        }
      />
      <div className="flex justify-end">
        <button type="button" onClick={onDone} className={primaryButton}>
          Done
        </button>
      </div>
    </div>
  );
}
