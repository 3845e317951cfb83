"use client";

import { Ellipsis } from "lucide-react";
import { useRef, useState } from "react";
import { Menu, MenuItem } from "@/components/ui/menu";
import { RegenerateDialog, RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";
import { REFUSALS } from "./refusals";

export function RowMenu({ uuid }: { uuid: string }) {
  const { targets } = useKeyActions();
  const target = targets.find((each) => each.uuid === uuid);
  const [open, setOpen] = useState<"revoke" | "regenerate" | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  const dialog = { onClose: () => setOpen(null), onClosed: () => trigger.current?.focus() };
  return (
    <>
      <Menu
        label={`Actions for ${target.name}`}
        trigger={<Ellipsis aria-hidden="true" className="size-4" />}
        triggerRef={trigger}
      >
        <MenuItem
          onSelect={() => setOpen("regenerate")}
          {...RegenerateDialog.approach}
          refusal={REFUSALS[target.state].regenerate}
        >
          Regenerate…
        </MenuItem>
        <MenuItem onSelect={() => setOpen("revoke")} {...RevokeDialog.approach} refusal={REFUSALS[target.state].revoke} isDanger>
          Revoke…
        </MenuItem>
      </Menu>
      {open === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {open === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
    </>
  );
}
