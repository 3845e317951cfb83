"use client";

import { useContext } from "react";
import { DialogLeftContext } from "./dialog-left";

/** What is to be said in an open dialog, whichever it is. */
export function DialogNote() {
  const hasLeft = useContext(DialogLeftContext);
  return (
    <div role="status">
      {hasLeft && (
        <p className="mt-4 rounded-md border border-warning bg-warning-soft px-3 py-2 text-warning">
          The page behind changed meanwhile and no longer offers this. Close this to look, or go on here.
        </p>
      )}
    </div>
  );
}
