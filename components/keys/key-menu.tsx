import { Ellipsis } from "lucide-react";
import { type ReactNode, type RefObject, useLayoutEffect } from "react";
import { Menu, MenuItem } from "@/components/ui/menu";
import { isolated } from "@/lib/values/isolated";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "./dialogs";
import type { KeyTarget } from "./key-actions";
import { REFUSALS } from "./refusals";

type Props = { target: KeyTarget; triggerRef: RefObject<HTMLButtonElement | null>; children: ReactNode };

type ItemProps = { target: KeyTarget; onSelect: () => void };

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
    <Menu
      label={`Actions for ${isolated(target.name)}`}
      trigger={<Ellipsis aria-hidden="true" className="size-4" />}
      triggerRef={triggerRef}
    >
      {children}
    </Menu>
  );
}

export function RegenerateItem({ target, onSelect }: ItemProps) {
  return (
    <MenuItem onSelect={onSelect} {...RegenerateDialog.approach} refusal={REFUSALS[target.state].regenerate}>
      Regenerate…
    </MenuItem>
  );
}

export function PauseItem({ target, onSelect }: ItemProps) {
  return (
    <MenuItem onSelect={onSelect} {...PauseDialog.approach} refusal={REFUSALS[target.state].pause}>
      {target.state === "disabled" ? "Enable…" : "Disable…"}
    </MenuItem>
  );
}

export function RevokeItem({ target, onSelect }: ItemProps) {
  return (
    <MenuItem onSelect={onSelect} {...RevokeDialog.approach} refusal={REFUSALS[target.state].revoke} isDanger>
      Revoke…
    </MenuItem>
  );
}
