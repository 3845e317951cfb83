import { unstable_isUnrecognizedActionError } from "next/navigation";

/** What a form says whose action threw instead of answering. */
export function explainNoAnswer(error: unknown): string {
  if (unstable_isUnrecognizedActionError(error))
    return "The portal was updated since this page was loaded. Nothing was done. Load the page again, then send it once more.";
  return "The server could not be reached. Check your connection and try again.";
}
