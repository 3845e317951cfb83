import { unstable_isUnrecognizedActionError, unstable_rethrow } from "next/navigation";
import type { FormState } from "@/lib/doors/form-state";

type Explained = Pick<FormState, "message" | "offer">;

/** By the status of an answer that no action gave. Whether a gateway passed the form on, nobody knows. */
const SENTENCES: Record<number, string> = {
  403: "The portal refused this page as that of another site, so nothing was done. Open the portal under its own address, and send it from there.",
  408: "Sending took too long, so nothing was done. Check your connection and try again.",
  413: "This is more than the server takes at once, so nothing was done. Make it shorter and send it again.",
  429: "That was too often in a short time, so nothing was done. Wait a minute, then send it again: what you typed stays here.",
  502: "The portal does not answer just now. Wait a little, then send it again: what you typed stays here.",
  503: "The portal is too busy just now, or being restarted. Wait a little, then send it again: what you typed stays here.",
  504: "The portal did not answer in time. Wait a little, then send it again: what you typed stays here.",
};

const UPDATED =
  "The portal was updated since this page was loaded, so nothing was done. Load the new version: what you typed is kept, and you can send it again there.";
const UNREACHABLE = "The server could not be reached. Check your connection and try again.";
const SENSELESS =
  "What came back was no answer of the portal; something between here and the server may have stopped it. Try again, or load the page anew.";

/** What a form says whose action threw instead of answering. `status`: of what was answered instead, 0 where nobody knows. */
function explainNoAnswer(error: unknown, status: number): Explained {
  if (unstable_isUnrecognizedActionError(error))
    return { message: UPDATED, offer: { href: "", text: "Load the new version", to: "new version" } };
  if (SENTENCES[status]) return { message: SENTENCES[status] };
  return { message: error instanceof TypeError ? UNREACHABLE : SENSELESS };
}

/** Until the browser has noted an answer that nobody read to its end. */
const NOTED_MS = 1000;

/**
 * Runs an action, and says of one that threw why. Of an answer that is none of an action, Next says no more than that; its
 * status the browser notes.
 */
export async function explained<State>(run: () => Promise<State>): Promise<State | Explained> {
  let note: (status: number) => void = () => {};
  const noted = new Promise<number>((resolve) => (note = resolve));
  const observer = new PerformanceObserver((list) => {
    const [answer] = list.getEntriesByName(location.href.split("#")[0] ?? "") as PerformanceResourceTiming[];
    if (answer) note(answer.responseStatus);
  });
  observer.observe({ type: "resource" });
  try {
    return await run();
  } catch (error) {
    unstable_rethrow(error);
    setTimeout(() => note(0), NOTED_MS);
    return explainNoAnswer(error, await noted);
  } finally {
    observer.disconnect();
  }
}
