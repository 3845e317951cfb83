"use client";

import { useRef } from "react";
import { DialogButton } from "@/components/ui/dialog-button";
import { useDialogHost } from "@/components/ui/dialog-host";
import { Written } from "@/components/ui/written";
import { EndGraceDialog } from "./dialogs";
import { useKeyActions } from "./key-actions";
import { keyDeedPage } from "./key-pages";

export function EndGrace({ uuid }: { uuid: string }) {
  const target = useKeyActions().targets.find((each) => each.uuid === uuid);
  const show = useDialogHost();
  const button = useRef<HTMLButtonElement>(null);
  if (!target) return null;
  return (
    <DialogButton
      ref={button}
      dialog={EndGraceDialog}
      page={keyDeedPage(uuid, "end-grace")}
      open={() => show((hosted) => <EndGraceDialog targets={[target]} {...hosted} />, button)}
      className="rounded-sm text-accent underline underline-offset-4 hover:text-accent-strong"
    >
      End now
      <span className="sr-only">
        {" "}
        the old credential of <Written>{target.name}</Written>
      </span>
    </DialogButton>
  );
}
