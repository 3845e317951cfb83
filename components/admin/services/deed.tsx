"use client";

import { type ComponentProps, createContext, type ReactNode, useContext, useRef, useState } from "react";
import { DialogButton } from "@/components/ui/dialog-button";
import { DialogHost, useDialogHost } from "@/components/ui/dialog-host";
import { Notice } from "@/components/ui/notice";
import { DeedDialog } from "./dialogs";

const SayContext = createContext<(sentence: string) => void>(() => {});

/** Around what can be done on a page: says what was done. */
export function Deeds({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState("");
  return (
    <SayContext value={setSaid}>
      {said && (
        <div id="done" className="my-4">
          <Notice tone="positive">{said}</Notice>
        </div>
      )}
      <DialogHost>{children}</DialogHost>
    </SayContext>
  );
}

type Props = { name: ReactNode; style: string } & Omit<ComponentProps<typeof DeedDialog>, "onClose" | "onDone" | "onClosed">;

/** A button, and the dialog that asks before it does what it says. */
export function Deed({ name, style, ...dialog }: Props) {
  const say = useContext(SayContext);
  const show = useDialogHost();
  const button = useRef<HTMLButtonElement>(null);
  const open = () => {
    let isDone = false;
    say("");
    show(
      ({ onClose, onClosed }) => (
        <DeedDialog
          {...dialog}
          onClose={onClose}
          onDone={({ message }) => {
            isDone = true;
            say(message ?? "");
            onClose();
          }}
          // A button that is gone after its deed leaves the focus to what is said about it.
          onClosed={() => (isDone ? document.querySelector<HTMLElement>("#done [data-notice]")?.focus() : onClosed())}
        />
      ),
      button,
    );
  };
  return (
    <DialogButton ref={button} dialog={DeedDialog} page={undefined} open={open} className={style}>
      {name}
    </DialogButton>
  );
}
