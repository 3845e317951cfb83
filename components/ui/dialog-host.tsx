"use client";

import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import { DialogNoteContext } from "./dialog-note";
import { returnFocus } from "./return-focus";

type Hosted = { onClose: () => void; onClosed: () => void };

/** Shows a dialog. `opener` gets the focus back; null: what opened it may go at any time. */
type Show = (dialog: (hosted: Hosted) => ReactNode, opener: HTMLElement | null) => void;

const ShowContext = createContext<Show | null>(null);

export function useDialogHost(): Show {
  const show = useContext(ShowContext);
  if (!show) throw new Error("this stands outside of DialogHost");
  return show;
}

const LEFT = "The page behind changed meanwhile and no longer offers this. Close this to look, or go on here.";

/** Around a list or a page whose rows and buttons may go while a dialog is open that they opened: it stays, and says so. */
export function DialogHost({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<{ dialog: Parameters<Show>[0]; opener: HTMLElement | null } | null>(null);
  const [hasLeft, setLeft] = useState(false);
  const show = useCallback<Show>((dialog, opener) => {
    setLeft(false);
    setShown({ dialog, opener });
  }, []);
  // What comes from the server comes through here.
  useEffect(() => {
    if (shown?.opener) setLeft(!shown.opener.isConnected);
  });
  return (
    <ShowContext value={show}>
      {children}
      {shown && (
        <DialogNoteContext value={hasLeft ? LEFT : null}>
          {shown.dialog({ onClose: () => setShown(null), onClosed: () => returnFocus(shown.opener) })}
        </DialogNoteContext>
      )}
    </ShowContext>
  );
}
