"use client";

import { useState } from "react";
import { flushSync } from "react-dom";
import { primaryButton } from "@/components/ui/button-styles";
import { CopyButton } from "@/components/ui/copy-button";
import { useHydrated } from "@/components/ui/hydrated";
import { Tabs } from "@/components/ui/tabs";
import type { Issued } from "@/lib/keys/action-states";
import { callSnippets } from "./call-snippets";
import { FirstCall } from "./first-call";

const SHOWN_LENGTH = 14;

type Props = { issued: Issued; onCopied: (credentials: readonly string[]) => void; onDone: () => void };

/** The one time that credentials are shown. */
export function SaveKey({ issued, onCopied, onDone }: Props) {
  // Without scripts nobody could ask for it.
  const [isShown, setShown] = useState(!useHydrated());
  const { uuid, key, secret, callAddress, isNew } = issued;
  const credentials = secret === null ? [key] : [key, secret];

  const lines = {
    masked: (text: string) => credentials.reduce((shown, credential) => shown.replaceAll(credential, mask(credential)), text),
    isShown,
    show: () => flushSync(() => setShown(true)),
  };
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
      <button
        type="button"
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
        className="noscript:hidden rounded-sm text-accent underline underline-offset-4 hover:text-accent-strong"
      >
        {isShown ? "Hide" : "Show"} {secret === null ? "the key" : "key and secret"}
      </button>
      <Tabs
        label="Make a first call"
        tabs={[
          example("curl", curl),
          example("JavaScript", javascript),
          example("Python", python),
          { name: ".env", content: <CopyLine title=".env" text={env} onCopied={() => onCopied(credentials)} {...lines} /> },
        ]}
      />
      {isNew && <FirstCall uuid={uuid} />}
      <div className="noscript:hidden flex justify-end">
        <button type="button" onClick={onDone} className={primaryButton}>
          Done
        </button>
      </div>
    </div>
  );
}

type LineProps = {
  title: string;
  /** What it is for. */
  use?: string;
  text: string;
  masked: (text: string) => string;
  isShown: boolean;
  show: () => void;
  onCopied: () => void;
};

function CopyLine({ title, use, text, masked, isShown, show, onCopied }: LineProps) {
  return (
    <figure className="rounded-md border border-line bg-surface">
      <figcaption className="flex items-center justify-between gap-3 py-1.5 pr-1.5 pl-3 text-ink-muted text-xs">
        <span>
          <span className="font-medium text-ink">{title}</span>
          {use && <span className="ml-2">{use}</span>}
        </span>
        <CopyButton text={text} what={title} onCopied={onCopied} onFailed={show} />
      </figcaption>
      <pre className="whitespace-pre-wrap px-3 pb-2.5 font-mono text-sm [overflow-wrap:anywhere]">
        <code translate="no">{isShown ? text : masked(text)}</code>
      </pre>
    </figure>
  );
}

function mask(credential: string): string {
  return credential.slice(0, SHOWN_LENGTH) + "•".repeat(8);
}
