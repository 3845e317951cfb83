import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { FOREIGN_FORM, isOwnForm } from "@/lib/request/origins";
import { log } from "@/lib/settings/log";
import { onEachServer } from "./each-server";
import { replaceAnswer } from "./replaced-answer";
import { isPageTarget } from "./routable";

const EARLIER =
  "This page is from another version of the portal, which was updated meanwhile. Nothing was done. Go back, load the page again and send it once more.\n";
const UNREADABLE = "What was sent cannot be read, so nothing was done. Load the page again and try once more.\n";
const TOO_LARGE = "This form is too large, so nothing was done.\n";

/** Of a form, or a script's request, that is being read: the status of its refusal, once there is one. */
type Reading = { refusal: 400 | 413 | null };

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyForms?: AsyncLocalStorage<Reading> };
holder.latchkeyForms ??= new AsyncLocalStorage();
const forms = holder.latchkeyForms;

/** Whether it asks a page to do something, and no route: those say themselves what they take. */
function isForm({ method, url = "" }: IncomingMessage): boolean {
  return method === "POST" && isPageTarget(url);
}

/**
 * Refuses what other sites' pages send to ours, before Next sees it: to Next it is a failure of its own. What is our own it
 * compares with one host, which is named to it.
 */
export function refuseForeignForms(): void {
  onEachServer((server: Server) => {
    const listeners = server.listeners("request");
    server.removeAllListeners("request");
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const { headers } = request;
      const { origin } = headers;
      // Whoever sends a senseless Host can send the same as Origin.
      const isOwn = () =>
        isOwnForm({ get: (name) => headers[name]?.toString() ?? null }) && (origin === undefined || URL.canParse(origin));
      if (isForm(request) && !isOwn()) return refuse(response);
      if (isForm(request) && origin) headers["x-forwarded-host"] = new URL(origin).host;
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
}

function refuse(response: ServerResponse): void {
  log.warn({ id: response.getHeader("X-Request-Id") }, "a form of another site's page was refused");
  response.setHeader("Cache-Control", "no-store").setHeader("Content-Type", "text/plain; charset=utf-8");
  response.statusCode = 403;
  response.end(FOREIGN_FORM);
}

/**
 * What Next answers to a form that it cannot read is a 500, and to one of another build, sent without scripts, a bare 409. This
 * says in words whose doing it was. What scripts send shows its own.
 */
export function explainRefusals(request: IncomingMessage, response: ServerResponse): void {
  // By this header scripts say which parts of a page they have.
  if (!isForm(request) && !("next-router-state-tree" in request.headers)) return;
  const reading: Reading = { refusal: null };
  forms.enterWith(reading);
  replaceAnswer(response, (status) => {
    // Nobody reads the rest any more: on this connection the next request, of somebody else behind a proxy, would wait for it.
    if (reading.refusal === 413 && !request.complete) response.setHeader("Connection", "close");
    if (status === 500 && reading.refusal)
      return { status: reading.refusal, text: reading.refusal === 413 ? TOO_LARGE : UNREADABLE };
    const isEarlier = status === 409 && String(response.getHeader("Content-Type")).startsWith("text/plain");
    return isEarlier && !request.headers["next-action"] ? { status, text: EARLIER } : null;
  });
}

/** Whether a failure is that of somebody's form, which then is refused: Next could not read it, or an action has said so. */
export function blameForm(error: Error): boolean {
  const reading = forms.getStore();
  const status = "status" in error ? error.status : "statusCode" in error ? error.statusCode : isThrownByNext(error) && 400;
  if (!reading || (status !== 400 && status !== 413)) return false;
  reading.refusal = status;
  return true;
}

/** Nothing of ours was running, nor what it calls: Next was reading, or Node for it, whose errors need not say for whom. */
function isThrownByNext({ message, stack = "" }: Error): boolean {
  if (/^((The|Multiple) router state header|Failed to parse body as FormData)/.test(message)) return true;
  const places = stack.split("\n").filter((line) => /^\s*at .*:\d+:\d+\)?$/.test(line) && !line.includes("node:"));
  return /\/next\/dist\/compiled\/next-server\//.test(places[0] ?? "");
}
