"use client";

import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { DialogNote } from "./dialog-note";

type Props = {
  isOpen: boolean;
  /** Esc, a click outside and the X all ask this; it may refuse by not closing. */
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  /** Where the focus goes when the dialog has closed. */
  onClosed?: () => void;
};

export const overlayStyle = "fixed inset-0 z-20 bg-shade motion-safe:data-[state=open]:animate-fade-in";
export const panelStyle =
  "fixed top-[max(1rem,10dvh)] left-1/2 z-20 max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 overflow-y-auto rounded-lg border border-line bg-canvas p-5 shadow-overlay sm:max-h-[80dvh] sm:p-6";

/** Of radio buttons the chosen one, as Tab does; Radix would take the first. */
const FIRST_FIELD = "input:not([type=hidden], [type=radio], [hidden]), input:checked, select, textarea";

/** Where nobody says otherwise, the focus goes back to what opened the dialog. */
export function focusBy(onClosed: (() => void) | undefined) {
  return (event: Event) => {
    if (!onClosed) return;
    event.preventDefault();
    onClosed();
  };
}

export function Dialog({ isOpen, onClose, title, description, children, onClosed }: Props) {
  return (
    <Primitive.Root open={isOpen} onOpenChange={(wantsOpen) => !wantsOpen && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyle} />
        <Primitive.Content
          className={panelStyle}
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>(FIRST_FIELD);
            if (!field) return;
            event.preventDefault();
            field.focus();
          }}
          onCloseAutoFocus={focusBy(onClosed)}
        >
          <Primitive.Title className="pr-8 font-semibold text-xl tracking-tight [overflow-wrap:anywhere]">
            {title}
          </Primitive.Title>
          {description && <Primitive.Description className="mt-1 text-ink-muted">{description}</Primitive.Description>}
          <DialogNote />
          <div className="mt-5">{children}</div>
          <Primitive.Close
            aria-label="Close"
            className="absolute top-4 right-4 flex size-8 items-center justify-center rounded-md text-ink-muted hover:bg-sunken hover:text-ink"
          >
            <X aria-hidden="true" className="size-4" />
          </Primitive.Close>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
