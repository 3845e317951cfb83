"use client";

import { useEffect, useRef } from "react";

const MARK = "latchkeyGuard";

/**
 * Between `hold` and `release` the page is not left without a word: the browser asks before it loads another or is closed,
 * and Back, or a link of this page, calls `onBack` instead. Imperative, because an action's own state is only rendered when the action is over.
 */
export function useLeaveGuard(onBack: () => void) {
  const isHeld = useRef(false);
  const back = useRef(onBack);
  useEffect(() => {
    back.current = onBack;
  });

  function hold() {
    isHeld.current = true;
    if (!history.state?.[MARK]) addStop();
  }

  function release() {
    const isInTheWay = isHeld.current && history.state?.[MARK];
    isHeld.current = false;
    if (isInTheWay) history.back();
  }

  /** Where the page may be on its way to another one: going back would call that off. */
  function letGo() {
    isHeld.current = false;
  }

  const end = useRef(release);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => isHeld.current && event.preventDefault();
    const stay = () => {
      if (!isHeld.current) return;
      addStop();
      back.current();
    };
    const ended = end.current;
    const follow = (event: MouseEvent) => {
      if (!isHeld.current || !(event.target instanceof Element) || !event.target.closest("a[href]:not([target])")) return;
      event.preventDefault();
      event.stopPropagation();
      back.current();
    };
    // Before the links themselves hear of it.
    window.addEventListener("click", follow, true);
    window.addEventListener("beforeunload", ask);
    window.addEventListener("popstate", stay);
    return () => {
      window.removeEventListener("beforeunload", ask);
      window.removeEventListener("popstate", stay);
      window.removeEventListener("click", follow, true);
      ended();
    };
  }, []);

  return { hold, release, letGo };
}

/** The same page once more in the browser's history: where Back leads to then. */
function addStop() {
  history.pushState({ ...history.state, [MARK]: true }, "");
}
