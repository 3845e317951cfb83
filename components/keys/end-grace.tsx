"use client";

import { useRef, useState } from "react";
import { Written } from "@/components/ui/written";
import { EndGraceDialog } from "./dialogs";
import type { KeyTarget } from "./key-actions";

export function EndGrace({ uuid, name }: Pick<KeyTarget, "uuid" | "name">) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        onClick={() => setOpen(true)}
        {...EndGraceDialog.approach}
        className="rounded-sm text-accent underline underline-offset-4 hover:text-accent-strong"
      >
        End now
        <span className="sr-only">
          {" "}
          the old credential of <Written>{name}</Written>
        </span>
      </button>
      {isOpen && (
        <EndGraceDialog
          uuid={uuid}
          name={name}
          onClose={() => setOpen(false)}
          onClosed={() => (button.current?.isConnected ? button.current : document.getElementById("content"))?.focus()}
        />
      )}
    </>
  );
}
