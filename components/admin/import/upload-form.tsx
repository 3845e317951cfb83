"use client";

import { useRouter } from "next/navigation";
import { type SubmitEvent, useEffect, useId, useRef, useState } from "react";
import { primaryButton } from "@/components/ui/button-styles";
import { FormNotice, FormStateProvider, useFormState } from "@/components/ui/form";
import { AccountField } from "@/components/ui/form-account";
import { describedBy, FieldLabel, FieldNotes, TextField } from "@/components/ui/text-field";
import type { FormState } from "@/lib/doors/form-state";

const PATH = "/admin/import/upload";
const EMPTY: FormState = { fields: {}, values: {} };

/** A plain form of a route: an action of a page takes no file of this size. */
export function UploadForm({ maxBytes }: { maxBytes: number }) {
  const [state, setState] = useState(EMPTY);
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const router = useRouter();
  const limit = `${maxBytes / 1024 / 1024} MB`;

  useEffect(() => {
    if (state !== EMPTY) form.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-notice]")?.focus();
  }, [state]);

  async function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isSending) return;
    const sent = new FormData(event.currentTarget);
    const file = sent.get("file");
    // Such a file would travel for nothing. The rest of the form is judged all the same.
    const isTooLarge = file instanceof File && file.size > maxBytes;
    if (isTooLarge) sent.delete("file");
    setSending(true);
    const answer = await upload(sent);
    if ("id" in answer) return router.push(`/admin/import/${answer.id}`);
    setSending(false);
    const tooLarge = `A file may have ${limit}. Cut it in parts, or use npm run import.`;
    setState(isTooLarge && answer.fields.file ? { ...answer, fields: { ...answer.fields, file: [tooLarge] } } : answer);
  }

  return (
    <form ref={form} action={PATH} method="post" encType="multipart/form-data" onSubmit={send} noValidate className="space-y-5">
      <FormStateProvider value={state}>
        <FormNotice />
        <AccountField />
        <FileField hint={`NDJSON or CSV, up to ${limit}.`} />
        <TextField name="source" label="Source" required hint="What the ids in the file are ids of, such as mifumo." />
        <label className="flex gap-2">
          <input type="checkbox" name="allow_weak" className="mt-0.5 size-4" />
          Take credentials that could be guessed, and flag them
        </label>
      </FormStateProvider>
      <button type="submit" aria-disabled={isSending} className={`${primaryButton} aria-disabled:opacity-70`}>
        {isSending ? "Uploading…" : "Upload and look"}
      </button>
    </form>
  );
}

function FileField({ hint }: { hint: string }) {
  const id = useId();
  const errors = useFormState().fields.file;
  return (
    <div>
      <FieldLabel id={id} label="File" isOptional={false} />
      <input
        id={id}
        type="file"
        name="file"
        accept=".ndjson,.jsonl,.json,.csv,.tsv,.txt"
        aria-invalid={errors ? true : undefined}
        aria-describedby={describedBy(id, hint, errors)}
        className="block w-full text-ink-muted file:mr-3 file:h-9 file:rounded-md file:border file:border-line file:border-solid file:px-4 file:font-medium file:text-ink"
      />
      <FieldNotes id={id} hint={hint} errors={errors} />
    </div>
  );
}

/** To everybody else the address is none. */
const NOT_STAFF: FormState = {
  ...EMPTY,
  message:
    "You are no longer signed in as staff here, so nothing was done. Sign in in another tab, then come back and send this again: what you chose stays here.",
  offer: { href: "/sign-in", text: "Sign in in another tab", to: "tab" },
};
const UNSENT = "The file did not arrive. Check your connection and try again; large files go by npm run import.";

async function upload(body: FormData): Promise<{ id: string } | FormState> {
  try {
    const answer = await fetch(PATH, { method: "POST", body, headers: { Accept: "application/json" } });
    return answer.status === 404 ? NOT_STAFF : await answer.json();
  } catch {
    return { ...EMPTY, message: UNSENT };
  }
}
