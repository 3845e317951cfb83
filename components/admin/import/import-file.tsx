"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { Form } from "@/components/ui/form";
import { Notice } from "@/components/ui/notice";
import type { FormAction, FormState } from "@/lib/doors/form-state";
import type { ImportAction, Tried } from "@/lib/imports/action-states";
import { useConfirmedAction } from "../confirmed-action";
import { ImportReport } from "./import-report";

type Props = {
  id: string;
  canImport: boolean;
  actions: { run: ImportAction; discard: FormAction };
  /** What would come of it. */
  children: ReactNode;
};

/** A file that was uploaded: what would come of it, until what came of it takes its place. */
export function ImportFile({ id, canImport, actions, children }: Props) {
  const [done, setDone] = useState<Tried | null>(null);
  const router = useRouter();
  const run = useConfirmedAction<FormState>(actions.run);
  const discard = useConfirmedAction(actions.discard);
  if (done) return <Done of={done} />;
  const file = <input type="hidden" name="file" value={id} />;
  return (
    <>
      <div className="mt-6 flex flex-wrap items-end gap-3">
        {canImport && (
          <Form
            submit="Import"
            action={async (state, form) => {
              const next: Awaited<ReturnType<ImportAction>> = await run(state, form);
              if (next.done) setDone(next.done);
              return next;
            }}
          >
            {file}
          </Form>
        )}
        <Form
          submit="Discard"
          submitStyle={secondaryButton}
          action={async (state, form) => {
            const next = await discard(state, form);
            if (next.isDone) router.push("/admin/import");
            return next;
          }}
        >
          {file}
        </Form>
      </div>
      <div className="mt-6">{children}</div>
    </>
  );
}

function Done({ of: done }: { of: Tried }) {
  const shell = useRef<HTMLDivElement>(null);
  useEffect(() => shell.current?.querySelector<HTMLElement>("[data-notice]")?.focus(), []);
  return (
    <div ref={shell} className="mt-6 space-y-6">
      <Notice tone="positive">Imported. The file is kept no longer.</Notice>
      <div>
        <ImportReport of={done} />
      </div>
    </div>
  );
}
