"use client";

import { useEffect, useRef, useState } from "react";

type State = "idle" | "copied" | "failed";

const ANNOUNCEMENT: Record<State, string> = {
  idle: "",
  copied: "Copied to the clipboard.",
  failed: "Copying was not possible. The text is selected: copy it with the keyboard.",
};

/** What copies a selection. Asked only after a press: a server has no keyboard. */
const shortcut = () => (/Mac|iP(ad|hone|od)/.test(navigator.platform) ? "⌘C" : "Ctrl+C");

type Props = {
  text: string;
  what: string;
  onCopied?: () => void;
  /** Before the code is selected instead: the moment to show what was masked. */
  onFailed?: () => void;
};

/**
 * Copies `text`. Without a clipboard (a page on plain http) it selects the code of the figure it stands in and copies the
 * selection, as browsers did before; where that is refused as well, it says what to press.
 */
export function CopyButton({ text, what, onCopied, onFailed }: Props) {
  const [state, setState] = useState<State>("idle");
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2500);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setState("copied");
      onCopied?.();
    } catch {
      onFailed?.();
      const code = button.current?.closest("figure")?.querySelector("code");
      if (code) getSelection()?.selectAllChildren(code);
      const isCopied = code !== null && code !== undefined && document.execCommand("copy");
      setState(isCopied ? "copied" : "failed");
    }
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        onClick={copy}
        className="noscript:hidden flex h-7 items-center gap-1.5 rounded-md border border-line bg-canvas px-2 font-medium text-ink-muted text-xs transition-colors hover:border-line-strong hover:text-ink"
      >
        <Icon isDone={state === "copied"} />
        <span>
          {state === "idle" ? "Copy" : state === "copied" ? "Copied" : `Press ${shortcut()}`}
          <span className="sr-only"> {what}</span>
        </span>
      </button>
      <span role="status" className="sr-only">
        {ANNOUNCEMENT[state]}
      </span>
    </>
  );
}

function Icon({ isDone }: { isDone: boolean }) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      className={isDone ? "size-3.5 text-positive" : "size-3.5"}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {isDone ? (
        <path d="m3 8.5 3.5 3.5L13 4.5" />
      ) : (
        <>
          <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
          <path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2" />
        </>
      )}
    </svg>
  );
}
