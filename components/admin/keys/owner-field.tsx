"use client";

import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useFormState } from "@/components/ui/form";
import { inputStyle } from "@/components/ui/input-style";
import { describedBy, FieldLabel, FieldNotes } from "@/components/ui/text-field";
import { Written } from "@/components/ui/written";
import type { FoundPerson } from "@/lib/users/find-people";
import { isolated } from "@/lib/values/isolated";

export type FindPeople = (typed: string) => Promise<FoundPerson[] | null>;

const PAUSE_MS = 200;
const NOT_ASKED = "Nobody could be looked for just now. Send the form: it says why.";
const HINT = "Type a part of the e-mail address or the name, then choose.";

/** A combobox (ARIA 1.2): the focus stays in the line, arrow keys move through who was found. Sends the chosen one's id. */
export function OwnerField({ find }: { find: FindPeople }) {
  const id = useId();
  const errors = useFormState().fields.owner;
  const { text, found, isAsked, chosen, type, choose } = usePeople(find);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const options = isOpen && found ? found : [];
  const isShown = options.length > 0;
  useEscape(isShown, () => setOpen(false));

  function take(person: FoundPerson | undefined) {
    if (!person) return;
    choose(person);
    setOpen(false);
  }

  function press(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found) {
      event.preventDefault();
      setOpen(true);
      setActive((isShown ? active + step + found.length : 0) % Math.max(found.length, 1));
    } else if (event.key === "Enter" && isShown) {
      event.preventDefault();
      take(options[active]);
    }
  }

  return (
    <div className="relative">
      <FieldLabel id={id} label="Owner" isOptional={false} />
      <input
        id={id}
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={`${id}-people`}
        aria-activedescendant={isShown ? `${id}-${active}` : undefined}
        aria-invalid={errors ? true : undefined}
        aria-describedby={describedBy(id, HINT, errors)}
        value={text}
        onChange={(event) => {
          type(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onKeyDown={press}
        onBlur={() => setOpen(false)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className={inputStyle}
      />
      <input type="hidden" name="owner" value={chosen?.id ?? ""} />
      <div
        id={`${id}-people`}
        role="listbox"
        aria-label="People"
        hidden={!isShown}
        className="absolute z-10 mt-1 max-h-64 w-full overflow-y-auto rounded-md border border-line bg-canvas p-1 shadow-overlay"
      >
        {options.map((person, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled where the focus is, in the line above.
          <div
            key={person.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            // The line would lose the focus, and the list with it, before the click.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(person)}
            className="cursor-pointer rounded-sm px-2.5 py-1.5 [overflow-wrap:anywhere] hover:bg-sunken aria-selected:bg-sunken"
          >
            <Written>{person.email}</Written>
            {person.name && (
              <span className="block text-ink-muted text-sm">
                <Written>{person.name}</Written>
              </span>
            )}
          </div>
        ))}
      </div>
      <FieldNotes id={id} hint={HINT} errors={errors} />
      <p role="status" className="sr-only">
        {describeFound(chosen, isOpen ? found : null)}
      </p>
      {isOpen && !isAsked && (
        <p role="alert" className="mt-1.5 text-danger text-sm">
          {NOT_ASKED}
        </p>
      )}
      {isOpen && found?.length === 0 && <p className="mt-1.5 text-ink-muted text-sm">Nobody fits.</p>}
    </div>
  );
}

function describeFound(chosen: FoundPerson | null, found: FoundPerson[] | null): string {
  if (chosen) return `${isolated(chosen.email)} is chosen.`;
  if (!found) return "";
  if (found.length === 0) return "Nobody fits.";
  return `${found.length} ${found.length === 1 ? "person" : "people"} found.`;
}

/** What is typed, who fits it (null while nobody was looked for), whether that could be asked, and who was chosen. Only the latest answer counts. */
function usePeople(find: FindPeople) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<FoundPerson[] | null>(null);
  const [isAsked, setAsked] = useState(true);
  const [chosen, setChosen] = useState<FoundPerson | null>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef("");
  useEffect(() => () => clearTimeout(pause.current), []);

  function type(typed: string) {
    setText(typed);
    setChosen(null);
    setAsked(true);
    clearTimeout(pause.current);
    latest.current = typed.trim();
    if (!latest.current) return setFound(null);
    pause.current = setTimeout(async () => {
      const asked = latest.current;
      const people = await find(asked).catch(() => null);
      if (asked !== latest.current) return;
      setFound(people);
      setAsked(people !== null);
    }, PAUSE_MS);
  }

  function choose(person: FoundPerson) {
    latest.current = person.email;
    setText(person.email);
    setChosen(person);
    setFound(null);
  }

  return { text, found, isAsked, chosen, type, choose };
}

/** Esc closes the list alone: it is kept from the dialog, which listens further down. */
function useEscape(isListening: boolean, close: () => void) {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    if (!isListening) return;
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      latest.current();
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }, [isListening]);
}
