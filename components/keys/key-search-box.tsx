"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { inputStyle } from "@/components/ui/text-field";
import { toSearchTerm } from "./pasted-credential";

const PAUSE_MS = 250;

/** Searches while typing. No form around it: without JavaScript nothing typed or pasted here is sent anywhere. */
export function KeySearchBox({
  label = "Search keys by name, note or visible part, or paste a whole key",
  placeholder = "Search, or paste a key",
}: {
  label?: string;
  placeholder?: string;
}) {
  const router = useRouter();
  const path = usePathname();
  const parameters = useSearchParams();
  const q = parameters.get("q") ?? "";
  const [text, setText] = useState(q);
  const [isPending, startTransition] = useTransition();
  const sent = useRef(q);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);

  // The address changed by other means: Back, or a link that clears the search.
  useEffect(() => {
    if (q !== sent.current) {
      sent.current = q;
      setText(q);
    }
  }, [q]);
  useEffect(() => () => clearTimeout(pause.current), []);

  function change(typed: string) {
    setText(typed);
    clearTimeout(pause.current);
    pause.current = setTimeout(() => search(typed), PAUSE_MS);
  }

  async function search(typed: string) {
    clearTimeout(pause.current);
    const term = await toSearchTerm(typed);
    const next = new URLSearchParams(parameters);
    for (const name of ["q", "digest", "page", "after", "before"]) next.delete(name);
    if (term.kind === "digest") next.set("digest", term.digest);
    else if (term.text.trim()) next.set("q", term.text.trim());
    sent.current = next.get("q") ?? "";
    if (term.kind === "digest" || term.text !== typed) setText(term.kind === "digest" ? term.masked : term.text);
    const query = next.toString();
    startTransition(() => router.replace(query ? `${path}?${query}` : path, { scroll: false }));
  }

  return (
    <input
      type="search"
      value={text}
      onChange={(event) => change(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") search(text);
      }}
      aria-label={label}
      aria-busy={isPending}
      placeholder={placeholder}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      className={inputStyle}
    />
  );
}
