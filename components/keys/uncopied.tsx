"use client";

import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { useTimeZone } from "@/components/ui/time-zone";
import { Written } from "@/components/ui/written";
import type { Issued } from "@/lib/keys/action-states";
import { formatInstant } from "@/lib/values/zones";

/** A page that the browser keeps for Back must not hold credentials. */
export function useForgetting(forget: () => void): void {
  const latest = useRef(forget);
  useEffect(() => {
    const onHide = () => flushSync(latest.current);
    window.addEventListener("pagehide", onHide);
    return () => window.removeEventListener("pagehide", onHide);
  }, []);
}

/** Which of the credentials were not copied yet; once none is missing, whoever leaves is not asked any more. */
export function useCopied(issued: Issued | null, guard: { release: () => void }) {
  const [copied, setCopied] = useState<readonly string[]>([]);
  return {
    missing: issued ? missingOf(issued, copied) : [],
    onCopied: (credentials: readonly string[]) => {
      const now = [...copied, ...credentials];
      setCopied(now);
      if (issued && missingOf(issued, now).length === 0) guard.release();
    },
  };
}

function missingOf({ key, secret }: Issued, copied: readonly string[]): string[] {
  const credentials = { key, ...(secret !== null && { secret }) };
  return Object.entries(credentials).flatMap(([name, credential]) => (copied.includes(credential) ? [] : [name]));
}

/** How what is shown once is spoken of. */
export type Words = { noun: string; seen: string /** The only way to another one. */; again: string };
export const KEY_WORDS: Words = { noun: "key", seen: "it", again: "regenerate the key" };

export function Ready({ issued: { name, previousUntil }, words = KEY_WORDS }: { issued: Issued; words?: Words }) {
  const timeZone = useTimeZone();
  return (
    <>
      “<Written>{name}</Written>” is ready. This is the only time that you can see {words.seen}.
      {previousUntil && ` The old credential works until ${formatInstant(previousUntil, timeZone, "minute")}.`}
      {previousUntil === null && " The old credential no longer works."}
    </>
  );
}

type QuestionProps = {
  isOpen: boolean;
  missing: readonly string[];
  words?: Words;
  onCancel: () => void;
  onConfirm: () => void;
};

export function UncopiedQuestion({ isOpen, missing, words = KEY_WORDS, onCancel, onConfirm }: QuestionProps) {
  const named = missing.map((name) => (name === "key" ? words.noun : name));
  return (
    <AlertDialog
      isOpen={isOpen}
      title={`You will not see this ${words.noun} again`}
      description={`The ${named.join(" and the ")} ${named.length > 1 ? "were" : "was"} not copied. Once this is closed, the only way to new credentials is to ${words.again}.`}
      cancel="Go back and copy"
      confirm="Close anyway"
      onCancel={onCancel}
      onConfirm={onConfirm}
    />
  );
}
