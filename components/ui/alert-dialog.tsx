"use client";

import { AlertDialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { dangerButton, secondaryButton } from "./button-styles";
import { focusBy, overlayStyle, panelStyle } from "./dialog";
import { DialogNote } from "./dialog-note";

type PanelProps = {
  isOpen: boolean;
  onCancel: () => void;
  title: ReactNode;
  description: ReactNode;
  children: ReactNode;
  onClosed?: () => void;
  /** Nothing is to be decided any more: it says what became of it. */
  isDone?: boolean;
};

/** Something to be decided before anything else. The focus is on the AlertCancel that stands in it. */
export function AlertPanel({ isOpen, onCancel, title, description, children, onClosed, isDone = false }: PanelProps) {
  return (
    <Primitive.Root open={isOpen} onOpenChange={(wantsOpen) => !wantsOpen && onCancel()}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyle} />
        <Primitive.Content className={panelStyle} onCloseAutoFocus={focusBy(onClosed)}>
          <Primitive.Title className="font-semibold text-xl tracking-tight [overflow-wrap:anywhere]">{title}</Primitive.Title>
          <Primitive.Description className="mt-2 text-ink-muted">{description}</Primitive.Description>
          {!isDone && <DialogNote />}
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function AlertCancel({ children }: { children: string }) {
  return <Primitive.Cancel className={secondaryButton}>{children}</Primitive.Cancel>;
}

type Props = Omit<PanelProps, "children"> & { onConfirm: () => void; cancel: string; confirm: string };

/** A question before something that cannot be taken back. */
export function AlertDialog({ onConfirm, cancel, confirm, ...panel }: Props) {
  return (
    <AlertPanel {...panel}>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        <AlertCancel>{cancel}</AlertCancel>
        <Primitive.Action className={dangerButton} onClick={onConfirm}>
          {confirm}
        </Primitive.Action>
      </div>
    </AlertPanel>
  );
}
