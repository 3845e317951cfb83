"use client";

import dynamic from "next/dynamic";
import { useLayoutEffect, useRef, useState } from "react";
import { primaryButton } from "@/components/ui/button-styles";
import type { IssueAction } from "./issued-key";

const CreateKeyDialog = dynamic(() => import("./create-key-dialog").then((module) => module.CreateKeyDialog), { ssr: false });

export function CreateKey({ action }: { action: IssueAction }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);

  // The first key takes this button's place away; the focus goes to the page then, not to nowhere.
  useLayoutEffect(() => {
    const own = button.current;
    return () => {
      if (document.activeElement === own) document.getElementById("content")?.focus();
    };
  }, []);

  return (
    <>
      <button ref={button} type="button" onClick={() => setOpen(true)} className={primaryButton}>
        Create key
      </button>
      {isOpen && <CreateKeyDialog action={action} onClose={() => setOpen(false)} onClosed={() => button.current?.focus()} />}
    </>
  );
}
