"use client";

import { createContext, type ReactNode, type RefObject, useContext, useEffect, useState } from "react";
import { DialogLeftContext } from "./dialog-left";
import { returnFocus } from "./return-focus";

type Hosted = { onClose: () => void; onClosed: () => void };
type Opener = RefObject<HTMLElement | null> | null;

/** Shows a dialog. `opener` gets the focus back; null: what opened it may go at any time. */
type Show = (dialog: (hosted: Hosted) => ReactNode, opener: Opener) => void;

const ShowContext = createContext<Show | null>(null);

export function useDialogHost(): Show {
  const show = useContext(ShowContext);
  if (!show) throw new Error("no DialogHost");
  return show;
}

/** Around a list or a page whose rows and buttons may go while a dialog is open that they opened: it stays, and says so. */
export function DialogHost({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Parameters<Show> | null>(null);
  const [hasLeft, setLeft] = useState(false);
  // What comes from the server comes through here. A row may have gone before the code of its dialog came.
  useEffect(() => setLeft(shown?.[1]?.current === null));
  return (
    <ShowContext value={(...wanted) => setShown(wanted)}>
      {children}
      {shown && (
        <DialogLeftContext value={hasLeft}>
          {shown[0]({ onClose: () => setShown(null), onClosed: () => returnFocus(shown[1]?.current ?? null) })}
        </DialogLeftContext>
      )}
    </ShowContext>
  );
}
