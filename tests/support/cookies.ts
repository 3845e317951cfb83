import type { Answer } from "./client";
/** The cookies of an answer, as a browser would send them back. */
export function cookieOf(answer: Pick<Answer, "headers">): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}
