"use client";

import { createContext, useContext } from "react";

/** What is to be said in an open dialog, whichever it is. */
export const DialogNoteContext = createContext<string | null>(null);

export function DialogNote() {
  const note = useContext(DialogNoteContext);
  return (
    <div role="status">
      {note && <p className="mt-4 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">{note}</p>}
    </div>
  );
}
