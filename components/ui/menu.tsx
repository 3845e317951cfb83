"use client";

import {
  createContext,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
  useContext,
  useId,
  useRef,
  useState,
} from "react";
import { useHydrated } from "./hydrated";

type Props = { label: string; trigger: ReactNode; children: ReactNode; triggerRef?: Ref<HTMLButtonElement> };

/** Whether what cannot be chosen is to be read just now. */
const ReadContext = createContext(false);

/** The browser's own popover: it opens before there are scripts and without any, which here bring the arrow keys. */
export function Menu({ label, trigger, children, triggerRef }: Props) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const isHydrated = useHydrated();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        ref={triggerRef}
        type="button"
        popoverTarget={id}
        aria-label={label}
        aria-haspopup="menu"
        className="flex size-8 items-center justify-center rounded-md text-ink-muted hover:bg-sunken hover:text-ink has-[+:popover-open]:bg-sunken"
      >
        {trigger}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        onBeforeToggle={(event) => setOpen(event.newState === "open")}
        onToggle={(event) => event.newState === "open" && moveFocus(panel.current, "Home")}
        onKeyDown={(event) => leadKeys(event, panel.current)}
        // Below its button, or above it where there is no room; in the middle of the screen where browsers know no anchors.
        className="m-auto min-w-44 max-w-72 rounded-md border border-line bg-canvas p-1 text-left text-ink shadow-overlay supports-[position-area:bottom]:my-1 supports-[position-area:bottom]:[inset:auto] supports-[position-area:bottom]:[position-area:bottom_span-left] supports-[position-area:bottom]:[position-try-fallbacks:flip-block]"
      >
        <ReadContext value={isOpen || !isHydrated}>{children}</ReadContext>
      </div>
    </>
  );
}

const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at <= 0 ? count : at) - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

function moveFocus(panel: HTMLElement | null, key: string): boolean {
  const items = [...(panel?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = items[STEPS[key]?.(at, items.length) ?? -1];
  next?.focus();
  return next !== undefined;
}

function leadKeys(event: KeyboardEvent, panel: HTMLElement | null): void {
  if (moveFocus(panel, event.key)) event.preventDefault();
  if (event.key === "Tab") panel?.hidePopover();
}

type ItemProps = {
  onSelect: () => void;
  /** The page where the same is done without a script. */
  href?: string | undefined;
  /** Why it cannot be chosen now. */
  refusal?: string | null;
  isDanger?: boolean;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  children: string;
};

const itemStyle =
  "block w-full rounded-sm px-2.5 py-1.5 text-left outline-none focus:bg-sunken forced-colors:focus:outline-2 forced-colors:focus:outline-solid";

export function MenuItem({ onSelect, href, refusal = null, isDanger = false, children, ...approach }: ItemProps) {
  const isRead = useContext(ReadContext);
  if (refusal !== null) {
    if (!isRead) return null;
    return (
      <span role="menuitem" aria-disabled="true" tabIndex={-1} className={`${itemStyle} cursor-default text-ink-muted`}>
        {children}
        <span className="block text-xs">{refusal}</span>
      </span>
    );
  }
  const shared = {
    role: "menuitem",
    ...approach,
    onClick: (event: MouseEvent<HTMLElement>) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      // First, so that the focus is back on the button before a dialog takes it over.
      event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
      onSelect();
    },
    className: `${itemStyle} cursor-pointer hover:bg-sunken ${isDanger ? "text-danger" : ""}`,
  };
  return href ? (
    <a href={href} {...shared}>
      {children}
    </a>
  ) : (
    <button type="button" {...shared}>
      {children}
    </button>
  );
}
