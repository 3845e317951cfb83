"use client";

import { useRef, useState } from "react";
import { returnFocus } from "@/components/ui/return-focus";
import { PauseDialog, RegenerateDialog, RevokeDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";
import { KeyMenu, PauseItem, RegenerateItem, RevokeItem } from "./key-menu";
import { keyDeedPage } from "./key-pages";

export function RowMenu({ uuid }: { uuid: string }) {
  const { targets } = useKeyActions();
  const target = targets.find((each) => each.uuid === uuid);
  const [open, setOpen] = useState<"revoke" | "regenerate" | "pause" | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  // Nothing can be done to a revoked one.
  if (!target || target.state === "revoked") return null;
  const focus = () => returnFocus(trigger.current);
  const dialog = { onClose: () => setOpen(null), onClosed: focus };
  const item = (deed: "revoke" | "regenerate" | "pause", { openOr }: { openOr: (page: string, open: () => void) => unknown }) => {
    const href = keyDeedPage(uuid, deed);
    return { href, onSelect: () => openOr(href, () => setOpen(deed)) };
  };
  return (
    <>
      <KeyMenu target={target} triggerRef={trigger}>
        <RegenerateItem target={target} {...item("regenerate", RegenerateDialog)} />
        <PauseItem target={target} {...item("pause", PauseDialog)} />
        <RevokeItem target={target} {...item("revoke", RevokeDialog)} />
      </KeyMenu>
      {open === "pause" && <PauseDialog target={target} {...dialog} />}
      {open === "revoke" && <RevokeDialog targets={[target]} {...dialog} />}
      {open === "regenerate" && <RegenerateDialog target={target} {...dialog} />}
    </>
  );
}
