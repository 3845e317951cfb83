"use client";

import { useRef, useState } from "react";
import { DialogButton } from "@/components/ui/dialog-button";
import { returnFocus } from "@/components/ui/return-focus";
import { Written } from "@/components/ui/written";
import { EndGraceDialog } from "./dialogs";
import type { KeyTarget } from "./key-actions";
import { keyDeedPage } from "./key-pages";

export function EndGrace({ uuid, name }: Pick<KeyTarget, "uuid" | "name">) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <DialogButton
        ref={button}
        dialog={EndGraceDialog}
        page={keyDeedPage(uuid, "end-grace")}
        open={() => setOpen(true)}
        className="rounded-sm text-accent underline underline-offset-4 hover:text-accent-strong"
      >
        End now
        <span className="sr-only">
          {" "}
          the old credential of <Written>{name}</Written>
        </span>
      </DialogButton>
      {isOpen && (
        <EndGraceDialog uuid={uuid} name={name} onClose={() => setOpen(false)} onClosed={() => returnFocus(button.current)} />
      )}
    </>
  );
}
