"use client";

import { makeCredentials, parseCredential } from "@latchkey/rule/credentials";
import { describeMalformed } from "@latchkey/rule/malformed";
import { CircleCheck, CircleX } from "lucide-react";
import { useId, useState } from "react";
import { secondaryButton } from "@/components/ui/button-styles";
import { inputStyle } from "@/components/ui/input-style";
import { Anatomy, EXAMPLE } from "./anatomy";

const CHANGED_AT = 14;

/** A credential's parts at one that is pasted or made up. All of it happens here: nothing is sent. */
export function TryKey() {
  const id = useId();
  const [text, setText] = useState("");
  const key = text.trim();
  const isKey = parseCredential(key) !== null;
  return (
    <>
      <Anatomy text={isMfLive(key) ? key : EXAMPLE} isWrong={isMfLive(key) && !isKey} />
      <div className="noscript:hidden mt-6 max-w-2xl">
        <label htmlFor={id} className="mb-1.5 block font-medium">
          Try it: paste a key, or make one up
        </label>
        <input
          id={id}
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={200}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          translate="no"
          aria-describedby={`${id}-hint`}
          className={`${inputStyle} font-mono leading-7`}
        />
        <p id={`${id}-hint`} className="mt-1.5 text-ink-muted text-sm">
          Judged by this page, in your browser. It is never sent.
        </p>
        <div className="mt-3 flex flex-wrap gap-3">
          <button type="button" onClick={() => setText(makeUp())} className={secondaryButton}>
            Make one up
          </button>
          {isMfLive(key) && isKey && (
            <button type="button" onClick={() => setText(changeOne(key))} className={secondaryButton}>
              Change a character
            </button>
          )}
        </div>
        <p role="status" className="mt-4 min-h-10">
          {key !== "" && <Verdict problem={describeMalformed(key)} hasChecksum={isMfLive(key)} />}
        </p>
      </div>
    </>
  );
}

function Verdict({ problem, hasChecksum }: { problem: string | null; hasChecksum: boolean }) {
  const Mark = problem ? CircleX : CircleCheck;
  return (
    <span className={`flex gap-2 ${problem ? "text-danger" : "text-positive"}`}>
      <Mark aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span>
        {problem && `This cannot be a key: ${problem}. No look-up was needed to tell.`}
        {!problem && hasChecksum && "Its checksum is right. Whether somebody has this key, only the portal can tell."}
        {!problem && !hasChecksum && "It has the form of a key, which in this format has no checksum."}
      </span>
    </span>
  );
}

function isMfLive(text: string): boolean {
  return text.length === EXAMPLE.length && text.startsWith("mf_live_");
}

function makeUp(): string {
  return makeCredentials("mf_live", (count) => crypto.getRandomValues(new Uint8Array(count))).key;
}

/** The kind of slip that a checksum is for. */
function changeOne(key: string): string {
  return key.slice(0, CHANGED_AT) + (key[CHANGED_AT] === "x" ? "y" : "x") + key.slice(CHANGED_AT + 1);
}
