"use client";

import type { ReactNode, Ref } from "react";

type Props = {
  /** As `lazyDialog` makes it. */
  dialog: {
    approach: { onPointerEnter: () => void; onFocus: () => void };
    openOr: (page: string, open: () => void) => unknown;
  };
  /** The page that does the same, for as long as there are no scripts. */
  page: string | undefined;
  open: () => void;
  /** The single key that does the same. */
  shortcut?: string;
  ref?: Ref<HTMLButtonElement>;
  className: string;
  children: ReactNode;
};

/** Opens a dialog. A form, so that a press before there are scripts, or without any, leads to its page. */
export function DialogButton({ dialog: { approach, openOr }, page, open, shortcut, ref, className, children }: Props) {
  return (
    <form
      action={page}
      onSubmit={(event) => {
        event.preventDefault();
        if (page) openOr(page, open);
        else open();
      }}
    >
      <button ref={ref} type="submit" aria-keyshortcuts={shortcut} {...approach} className={className}>
        {children}
      </button>
    </form>
  );
}
