"use client";

import { AlertDialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { dangerButton, secondaryButton } from "./button-styles";
import { overlayStyle, panelStyle } from "./dialog";

type Props = {
  isOpen: boolean;
  onCancel: () => void;
  onConfirm: () => void;
  title: string;
  description: ReactNode;
  cancel: string;
  confirm: string;
};

/** A question before something that cannot be taken back. The focus is on the way out. */
export function AlertDialog({ isOpen, onCancel, onConfirm, title, description, cancel, confirm }: Props) {
  return (
    <Primitive.Root open={isOpen} onOpenChange={(wantsOpen) => !wantsOpen && onCancel()}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlayStyle} />
        <Primitive.Content className={panelStyle}>
          <Primitive.Title className="font-semibold text-xl tracking-tight">{title}</Primitive.Title>
          <Primitive.Description className="mt-2 text-ink-muted">{description}</Primitive.Description>
          <div className="mt-6 flex flex-wrap justify-end gap-3">
            <Primitive.Cancel className={secondaryButton}>{cancel}</Primitive.Cancel>
            <Primitive.Action className={dangerButton} onClick={onConfirm}>
              {confirm}
            </Primitive.Action>
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
