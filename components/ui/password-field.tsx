"use client";

import { type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useFormState } from "./form";
import { inputStyle } from "./input-style";
import { describedBy, FieldLabel, FieldNotes } from "./text-field";

type Props = { name: string; label: string; autoComplete: "current-password" | "new-password"; hint?: string };

/** A password, hidden until asked for. Never filled in again by the server: what was typed stays in the page. */
export function PasswordField({ name, label, autoComplete, hint }: Props) {
  const id = useId();
  const input = useTypedAgain();
  const [isShown, setShown] = useState(false);
  const errors = useFormState().fields[name];
  // Why it was refused says the same again.
  const note = errors ? undefined : hint;
  return (
    <div>
      <FieldLabel id={id} label={label} isOptional={false} />
      <div className="relative">
        <input
          ref={input}
          id={id}
          name={name}
          type={isShown ? "text" : "password"}
          required
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={errors ? true : undefined}
          aria-describedby={describedBy(id, note, errors)}
          className={`${inputStyle} pr-16`}
        />
        <button
          type="button"
          onClick={() => setShown(!isShown)}
          className="noscript:hidden absolute inset-y-1 right-1 rounded-sm px-2 font-medium text-ink-muted text-sm hover:text-ink"
        >
          {isShown ? "Hide" : "Show"}
          <span className="sr-only"> {label.toLowerCase()}</span>
        </button>
      </div>
      <FieldNotes id={id} hint={note} errors={errors} />
    </div>
  );
}

/** React empties a form that was sent. Where that came to nothing, a field has what was typed in it again. */
function useTypedAgain(): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef("");
  const state = useFormState();

  useEffect(() => {
    const form = input.current?.form;
    const keep = () => {
      sent.current = input.current?.value ?? "";
    };
    form?.addEventListener("submit", keep);
    return () => form?.removeEventListener("submit", keep);
  }, []);

  useLayoutEffect(() => {
    if (input.current?.value === "" && !state.isDone) input.current.value = sent.current;
    sent.current = "";
  }, [state]);

  return input;
}
