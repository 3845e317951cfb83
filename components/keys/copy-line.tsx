"use client";

import { useState } from "react";
import { flushSync } from "react-dom";
import { CopyButton } from "@/components/ui/copy-button";
import { useHydrated } from "@/components/ui/hydrated";

/**
 * For lines in which credentials stand: they are masked until somebody wants to see them.
 * @param shown how many characters of each are always seen
 */
export function useMasking(credentials: readonly string[], shown: number) {
  // Without scripts nobody could ask for it.
  const [isShown, setShown] = useState(!useHydrated());
  const mask = (credential: string) => credential.slice(0, shown) + "•".repeat(8);
  const lines = {
    masked: (text: string) => credentials.reduce((read, credential) => read.replaceAll(credential, mask(credential)), text),
    isShown,
    show: () => flushSync(() => setShown(true)),
  };
  return { lines, toggle: () => setShown(!isShown) };
}

type Lines = ReturnType<typeof useMasking>["lines"];

export function ShowButton({ isShown, toggle, what }: { isShown: boolean; toggle: () => void; what: string }) {
  return (
    <button
      type="button"
      aria-pressed={isShown}
      onClick={toggle}
      className="noscript:hidden rounded-sm text-accent underline underline-offset-4 hover:text-accent-strong"
    >
      {isShown ? "Hide" : "Show"} {what}
    </button>
  );
}

type LineProps = Lines & {
  title: string;
  /** What it is for. */
  use?: string;
  text: string;
  onCopied: () => void;
};

export function CopyLine({ title, use, text, masked, isShown, show, onCopied }: LineProps) {
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
