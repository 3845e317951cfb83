"use client";

import { type ReactNode, useId, useState } from "react";
import { Answer } from "@/components/ui/code-block";
import { inputStyle } from "@/components/ui/input-style";
import { Notice } from "@/components/ui/notice";
import { SubmitButton } from "@/components/ui/submit-button";
import { useAccessToken } from "./access-token";

/** An operation as a form needs to know it. `ends`: what it ends or deletes, as the end of a sentence. */
type Tryable = {
  method: string;
  path: string;
  parameters: { name: string; in: "path" | "query" | "header"; required: boolean; hint: ReactNode }[];
  body: string | null;
  takesToken: boolean;
  ends: string | null;
};

type Outcome = { status: string; headers: [name: string, value: string][]; text: string } | { problem: string };

/** Headers of an answer that say something to people. */
const TELLING = ["X-Request-Id", "Retry-After", "Allow", "WWW-Authenticate"];

/** Sends the operation from this page to this server, and shows the answer. Nothing of it is kept. */
export function TryIt({ operation }: { operation: Tryable }) {
  const { method, path, parameters, body, takesToken, ends } = operation;
  const { token, setToken } = useAccessToken();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  return (
    <details className="noscript:hidden rounded-lg border border-line">
      <summary className="rounded-lg px-4 py-2.5 font-medium hover:bg-surface">
        Try it<span className="sr-only"> {`${method} ${path}`}</span>
      </summary>
      <form
        action={async (form) => {
          const sent = await send(operation, form, token);
          setOutcome(sent);
          // Whoever signs in here goes on with that account.
          const access = "text" in sent ? accessOf(sent.text) : null;
          if (access) setToken(access);
        }}
        onReset={(event) => event.preventDefault()}
        className="space-y-4 border-line border-t px-4 py-4"
      >
        {takesToken && (
          <Field
            label="Access token"
            hint="Without one, your session in this browser speaks for you. A token stays in memory until you leave these pages."
          >
            {(attributes) => (
              <input
                {...attributes}
                value={token}
                onChange={(event) => setToken(event.target.value.trim())}
                autoComplete="off"
                spellCheck={false}
                // Hidden as a password is; were it one, browsers would offer to store it.
                className={`${inputStyle} font-mono [-webkit-text-security:disc]`}
              />
            )}
          </Field>
        )}
        {parameters.map(({ name, required, hint }) => (
          <Field key={name} label={name} hint={hint} isCode>
            {(attributes) => (
              <input {...attributes} name={name} required={required} autoComplete="off" className={`${inputStyle} font-mono`} />
            )}
          </Field>
        ))}
        {body !== null && (
          <Field label="Body">
            {(attributes) => (
              <textarea
                {...attributes}
                name=" body"
                rows={Math.min(body.split("\n").length, 14)}
                defaultValue={body}
                // It may hold a password: a browser that restores its pages would write it to disk.
                autoComplete="off"
                spellCheck={false}
                className="block w-full rounded-md border border-line-strong bg-canvas px-3 py-2 font-mono text-sm"
              />
            )}
          </Field>
        )}
        {ends && (
          <label className="flex gap-2">
            <input type="checkbox" required className="mt-0.5 size-4 shrink-0" />
            This is no rehearsal: it ends {ends}.
          </label>
        )}
        <SubmitButton>Send</SubmitButton>
        {outcome && <Shown outcome={outcome} />}
      </form>
    </details>
  );
}

type FieldProps = {
  label: string;
  hint?: ReactNode;
  isCode?: boolean;
  children: (attributes: { id: string; "aria-describedby"?: string }) => ReactNode;
};

function Field({ label, hint, isCode = false, children }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className={`mb-1.5 block font-medium ${isCode ? "font-mono text-sm" : ""}`}>
        {label}
      </label>
      {children({ id, ...(hint && { "aria-describedby": `${id}-hint` }) })}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-ink-muted text-sm">
          {hint}
        </p>
      )}
    </div>
  );
}

function Shown({ outcome }: { outcome: Outcome }) {
  if ("problem" in outcome) return <Notice tone="danger">{outcome.problem}</Notice>;
  const { status, headers, text } = outcome;
  return (
    <div role="status" className="space-y-2">
      <Answer status={status} code={text} />
      <dl className="text-ink-muted text-sm">
        {headers.map(([name, value]) => (
          <div key={name}>
            <dt className="inline">{name}: </dt>
            <dd className="inline font-mono text-xs [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

async function send({ method, path, parameters, takesToken }: Tryable, form: FormData, token: string): Promise<Outcome> {
  const headers = new Headers();
  let address = path;
  const query = new URLSearchParams();
  for (const { name, in: place } of parameters) {
    const value = String(form.get(name) ?? "").trim();
    if (place === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (place === "query" && value) query.set(name, value);
    else if (value) headers.set(name, value);
  }
  const body = form.get(" body");
  if (body !== null) headers.set("Content-Type", "application/json");
  if (takesToken && token) headers.set("Authorization", `Bearer ${token}`);
  try {
    const answer = await fetch(query.size > 0 ? `${address}?${query}` : address, {
      method,
      headers,
      body: body === null ? null : String(body),
      cache: "no-store",
    });
    return {
      status: `${answer.status} ${answer.statusText}`.trim(),
      headers: TELLING.map((name): [string, string] => [name, answer.headers.get(name) ?? ""]).filter(([, value]) => value),
      text: indented(await answer.text()),
    };
  } catch {
    return { problem: "No answer came. Check the connection, and what you typed, and send it again." };
  }
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function accessOf(text: string): string | null {
  try {
    const body = JSON.parse(text);
    const access = body?.tokens?.access ?? body?.access;
    return typeof access === "string" ? access : null;
  } catch {
    return null;
  }
}
