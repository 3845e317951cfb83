"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState, useTransition } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { useHydrated } from "@/components/ui/hydrated";
import { PendingLine } from "@/components/ui/pending-line";

const PAUSE_MS = 250;

type Props = {
  /** The path of the list. */
  path: string;
  /** What is asked for besides, and stays. */
  kept: Readonly<Record<string, string | null>>;
  /** What the button says, and what it says until there is an answer. */
  submit?: string;
  sending?: string;
  /** Whether it is asked while typing, and not only when the button is pressed. */
  isLive?: boolean;
  /** Whether the list finds what a digest is of. Without that, of a pasted credential its visible part is looked for. */
  findsDigests?: boolean;
  className?: string;
  label?: string;
  children: ReactNode;
};

/**
 * What narrows a list: a plain form, whose answer has an address that can be kept and passed on. Where scripts run, the list
 * follows what is typed, and a credential that is pasted never leaves the browser.
 */
export function FilterForm({ path, kept, label, className = "", children, ...props }: Props) {
  const { submit = "Search", sending = "Searching…", isLive = true, findsDigests = false } = props;
  const router = useRouter();
  const asked = useSearchParams().toString();
  const isHydrated = useHydrated();
  const [isPending, startTransition] = useTransition();
  const [edition, setEdition] = useState(0);
  const sent = useRef(asked);
  const form = useRef<HTMLFormElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);

  // The address changed by other means, Back or a link: the fields show what it says. In the same breath as the change:
  // what is sent a moment later would else be compared with an answer to what was sent before.
  useLayoutEffect(() => {
    if (isPending || asked === sent.current) return;
    sent.current = asked;
    setEdition((before) => before + 1);
  }, [asked, isPending]);
  // What somebody typed before the scripts ran has told nobody of itself.
  useEffect(() => {
    if (isHydrated && isLive && form.current && isTyped(form.current)) form.current.requestSubmit();
  }, [isHydrated, isLive]);
  useEffect(() => () => clearTimeout(pause.current), []);

  function search(form: HTMLFormElement) {
    clearTimeout(pause.current);
    startTransition(async () => {
      // Its code is not among the page's first. Where it cannot be had, it is the plain form that it is without scripts.
      const code = await import("./pasted-credential").catch(() => null);
      if (!code) return sendPlainly(form);
      const query = await code.readSearch(form, findsDigests);
      sent.current = query.toString();
      const address = query.size > 0 ? `${path}?${query}` : path;
      startTransition(() => (isLive ? router.replace(address, { scroll: false }) : router.push(address)));
    });
  }

  return (
    <form
      ref={form}
      action={path}
      aria-label={label}
      aria-busy={isPending}
      // Without scripts, the pattern of a field keeps a whole credential out of the address.
      noValidate={isHydrated}
      className={className}
      onChange={({ currentTarget: form }) => {
        if (!isLive) return;
        clearTimeout(pause.current);
        pause.current = setTimeout(() => search(form), PAUSE_MS);
      }}
      onSubmit={(event) => {
        event.preventDefault();
        search(event.currentTarget);
      }}
    >
      {Object.entries(kept).map(([name, value]) => value && <input key={name} type="hidden" name={name} value={value} />)}
      <div key={edition} className="contents">
        {children}
      </div>
      {/* As wide as the longer of its two words: nothing beside it moves. */}
      <button type="submit" aria-disabled={isPending} className={`${secondaryButton} shrink-0 whitespace-nowrap`}>
        <span className="grid justify-items-center *:[grid-area:1/1]">
          <span className={isPending ? "invisible" : ""}>{submit}</span>
          <span className={isPending ? "" : "invisible"}>{sending}</span>
        </span>
      </button>
      {isPending && <PendingLine />}
    </form>
  );
}

/** Held to the pattern of its field: no whole credential comes into an address. */
function sendPlainly(form: HTMLFormElement): void {
  form.noValidate = false;
  if (form.reportValidity()) form.submit();
}

function isTyped(form: HTMLFormElement): boolean {
  return [...form.elements].some((field) => field instanceof HTMLInputElement && field.value !== field.defaultValue);
}
