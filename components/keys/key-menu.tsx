import { type ReactNode, type RefObject, useLayoutEffect } from "react";
import { Menu, MenuItem } from "@/components/ui/menu";
import { isolated } from "@/lib/values/isolated";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "./dialogs";
import type { KeyTarget } from "./key-actions";
import { REFUSALS } from "./refusals";

type Props = { target: KeyTarget; triggerRef: RefObject<HTMLButtonElement | null>; children: ReactNode };

type ItemProps = {
  target: KeyTarget;
  onSelect: () => void;
  /** The page that does the same. */
  href?: string;
};

/** Of one key in a list. */
export function KeyMenu({ target, triggerRef, children }: Props) {
  // A key that is revoked loses its menu; the focus goes to the page then, not to nowhere.
  useLayoutEffect(() => {
    const own = triggerRef.current;
    return () => {
      if (document.activeElement === own) document.getElementById("content")?.focus();
    };
  }, [triggerRef]);
  return (
    <Menu label={`Actions for ${isolated(target.name)}`} trigger={<Dots />} triggerRef={triggerRef}>
      {children}
    </Menu>
  );
}

function Dots() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className="size-4" fill="currentColor">
      <circle cx="3" cy="8" r="1.25" />
      <circle cx="8" cy="8" r="1.25" />
      <circle cx="13" cy="8" r="1.25" />
    </svg>
  );
}

export function RegenerateItem({ target, onSelect, href }: ItemProps) {
  return (
    <MenuItem onSelect={onSelect} href={href} {...RegenerateDialog.approach} refusal={REFUSALS[target.state].regenerate}>
      Regenerate…
    </MenuItem>
  );
}

export function PauseItem({ target, onSelect, href }: ItemProps) {
  return (
    <MenuItem onSelect={onSelect} href={href} {...PauseDialog.approach} refusal={REFUSALS[target.state].pause}>
      {target.state === "disabled" ? "Enable…" : "Disable…"}
    </MenuItem>
  );
}

export function RevokeItem({ target, onSelect, href }: ItemProps) {
  return (
    <MenuItem onSelect={onSelect} href={href} {...RevokeDialog.approach} refusal={REFUSALS[target.state].revoke} isDanger>
      Revoke…
    </MenuItem>
  );
}
