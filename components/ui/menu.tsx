"use client";

import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactNode, Ref } from "react";

type Props = { label: string; trigger: ReactNode; children: ReactNode; triggerRef?: Ref<HTMLButtonElement> };

/** Not modal: a dialog that an item opens takes the focus over. */
export function Menu({ label, trigger, children, triggerRef }: Props) {
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger
        ref={triggerRef}
        aria-label={label}
        className="flex size-8 items-center justify-center rounded-md text-ink-muted hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken"
      >
        {trigger}
      </Primitive.Trigger>
      <Primitive.Portal container={mainElement()}>
        <Primitive.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-10 min-w-44 rounded-md border border-line bg-canvas p-1 shadow-overlay"
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

type ItemProps = {
  onSelect: () => void;
  /** Why it cannot be chosen now. */
  refusal?: string | null;
  isDanger?: boolean;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  children: string;
};

export function MenuItem({ onSelect, refusal = null, isDanger = false, children, ...approach }: ItemProps) {
  return (
    <Primitive.Item
      disabled={refusal !== null}
      {...approach}
      onSelect={onSelect}
      className={`cursor-pointer rounded-sm px-2.5 py-1.5 outline-none data-[disabled]:cursor-default data-[highlighted]:bg-sunken data-[disabled]:text-ink-muted ${isDanger ? "text-danger" : ""}`}
    >
      {children}
      {refusal && <span className="block text-xs">{refusal}</span>}
    </Primitive.Item>
  );
}

/** Inside the page's main part, so that those who move by landmarks find it. */
function mainElement(): HTMLElement | null {
  return typeof document === "undefined" ? null : document.getElementById("content");
}
