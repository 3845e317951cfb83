import type { IncomingMessage, ServerResponse } from "node:http";

const EXPLANATION =
  "This page is from another version of the portal, which was updated meanwhile. Nothing was done. Go back, load the page again and send it once more.\n";

/**
 * A form of another build, sent without scripts, is refused by Next with a bare 409 that says "Server Action unavailable."
 * This says it in words that help. What scripts send shows its own.
 */
export function explainEarlierForm(request: IncomingMessage, response: ServerResponse): void {
  if (!request.headers["content-type"]?.startsWith("multipart/form-data") || request.headers["next-action"]) return;
  let isRefused = false;
  const writeHead = response.writeHead.bind(response) as (...parts: unknown[]) => ServerResponse;
  const writeHeadExplained = (status: number, ...rest: unknown[]) => {
    isRefused = status === 409 && String(response.getHeader("Content-Type")).startsWith("text/plain");
    if (isRefused) response.setHeader("Content-Length", Buffer.byteLength(EXPLANATION));
    return writeHead(status, ...rest);
  };
  const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;
  const endExplained = (body: unknown, ...rest: unknown[]) => end(isRefused ? EXPLANATION : body, ...rest);
  Object.assign(response, { writeHead: writeHeadExplained, end: endExplained });
}
