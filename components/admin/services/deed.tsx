"use client";

import { type ComponentProps, createContext, type ReactNode, useContext, useRef, useState } from "react";
import { DialogButton } from "@/components/ui/dialog-button";
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
      {children}
    </SayContext>
  );
}

type Props = { name: ReactNode; style: string } & Omit<ComponentProps<typeof DeedDialog>, "onClose" | "onDone" | "onClosed">;

/** A button, and the dialog that asks before it does what it says. */
export function Deed({ name, style, ...dialog }: Props) {
  const say = useContext(SayContext);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const isDone = useRef(false);
  const open = () => {
    isDone.current = false;
    say("");
    setOpen(true);
  };
  /** A button that is gone after its deed leaves the focus to what is said about it. */
  const takeFocusBack = () =>
    (isDone.current ? document.querySelector<HTMLElement>("#done [data-notice]") : button.current)?.focus();
  return (
    <>
      <DialogButton ref={button} dialog={DeedDialog} page={undefined} open={open} className={style}>
        {name}
      </DialogButton>
      {isOpen && (
        <DeedDialog
          {...dialog}
          onClose={() => setOpen(false)}
          onDone={({ message }) => {
            isDone.current = true;
            say(message ?? "");
            setOpen(false);
          }}
          onClosed={takeFocusBack}
        />
      )}
    </>
  );
}
