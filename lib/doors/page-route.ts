import { toAppError } from "@/lib/values/errors";
import { toFormState } from "./form-state";

type Handler = (request: Request) => Promise<Response>;

/**
 * Makes a route of an address that browsers themselves go to, such as a download's: what fails is told as a plain text of one
 * sentence. Else the answer would be empty.
 * @param consequence a sentence that is true of every failure
 */
export function pageRoute(handler: Handler, consequence = ""): Handler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (thrown) {
      const { message, fields } = await toFormState(thrown, new FormData());
      const text = [message, ...Object.values(fields).flat(), consequence].filter(Boolean).join(" ");
      const { status, headers } = toAppError(thrown);
      return new Response(`${text}\n`, { status, headers: { ...headers, "Cache-Control": "no-store" } });
    }
  };
}
