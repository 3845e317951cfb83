"use client";

import { primaryButton } from "@/components/ui/button-styles";
import { Tabs } from "@/components/ui/tabs";
import type { Issued } from "@/lib/keys/action-states";
import { callSnippets } from "./call-snippets";
import { CopyLine, ShowButton, useMasking } from "./copy-line";
import { FirstCall } from "./first-call";
import { Receipts } from "./receipts";

const SHOWN_LENGTH = 14;

export type SaveProps<Shown extends Issued = Issued> = {
  issued: Shown;
  onCopied: (credentials: readonly string[]) => void;
  onDone: () => void;
};

/** The one time that credentials are shown. */
export function SaveKey({ issued, onCopied, onDone }: SaveProps) {
  const { uuid, key, secret, callAddress, isNew, receipts } = issued;
  const credentials = secret === null ? [key] : [key, secret];
  const { lines, toggle } = useMasking(credentials, SHOWN_LENGTH);
  const { curl, javascript, python } = callSnippets(callAddress, key);
  const example = (title: string, text: string) => ({
    name: title,
    content: <CopyLine title={title} text={text} onCopied={() => onCopied([key])} {...lines} />,
  });
  const env = secret === null ? `API_KEY=${key}` : `API_KEY=${key}\nAPI_SECRET=${secret}`;
  return (
    // Copied with the keyboard or the menu of the browser.
    <div
      className="space-y-4"
      onCopy={() => onCopied(credentials.filter((credential) => String(getSelection()).includes(credential)))}
    >
      <CopyLine title="Key" use="Goes with every call." text={key} onCopied={() => onCopied([key])} {...lines} />
      {secret !== null && (
        <CopyLine
          title="Secret"
          use="Proves that the key is yours, to an API that asks for both. Send it nowhere else."
          text={secret}
          onCopied={() => onCopied([secret])}
          {...lines}
        />
      )}
      <ShowButton isShown={lines.isShown} toggle={toggle} what={secret === null ? "the key" : "key and secret"} />
      <Tabs
        label="Make a first call"
        tabs={[
          example("curl", curl),
          example("JavaScript", javascript),
          example("Python", python),
          { name: ".env", content: <CopyLine title=".env" text={env} onCopied={() => onCopied(credentials)} {...lines} /> },
        ]}
      />
      {receipts && <Receipts change={receipts.change} known={receipts} narrowing="old_ended" />}
      {isNew && (
        <div className="noscript:hidden">
          <FirstCall uuid={uuid} />
        </div>
      )}
      <div className="noscript:hidden flex justify-end">
        <button type="button" onClick={onDone} className={primaryButton}>
          Done
        </button>
      </div>
    </div>
  );
}
