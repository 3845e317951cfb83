"use client";

import type { ReactNode } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { useConfirm } from "./confirmed-action";

type Props = {
  href: string;
  /** Whether the password was given recently enough for a download. */
  isFresh: () => Promise<boolean>;
  children: ReactNode;
};

/** A download that needs a fresh sign-in. Without scripts, its address leads to a page that asks for the password. */
export function ExportLink({ href, isFresh, children }: Props) {
  const confirm = useConfirm();
  return (
    <a
      href={href}
      className={secondaryButton}
      onClick={async (event) => {
        event.preventDefault();
        // Where the server cannot be asked, the address itself will say why.
        const goesOn = await isFresh().catch(() => true);
        if (goesOn || (await confirm())) window.location.assign(href);
      }}
    >
      {children}
    </a>
  );
}
