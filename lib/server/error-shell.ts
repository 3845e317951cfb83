import type { IncomingMessage, ServerResponse } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import { FAILED_PAGE, FRONT_PAGE, NO_SUCH_PAGE } from "@/lib/values/page-words";
import { isPageTarget } from "./routable";

const SHELL = '<html id="__next_error__">';
/** What is larger is none, and is not held back. */
const MAX_SHELL_BYTES = 1024 * 1024;

/**
 * For a page that is not there, or that failed, Next sends an empty shell that a script fills. This puts into it what it says to
 * whoever has none.
 */
export function fillErrorShell({ url = "" }: IncomingMessage, response: ServerResponse): void {
  if (!isPageTarget(url)) return;
  const held: Buffer[] = [];
  let isHeld = false;
  let size = 0;
  const writeHead = response.writeHead.bind(response) as (...parts: unknown[]) => ServerResponse;
  const write = response.write.bind(response) as (...parts: unknown[]) => boolean;
  const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;

  const flushHeaders = response.flushHeaders.bind(response);

  /** Node would write its head in the middle of writing something else. */
  function decide(): void {
    if (!response.headersSent && !isHeld) response.writeHead(response.statusCode);
  }

  function release(body: Buffer): void {
    isHeld = false;
    writeHead(response.statusCode);
    if (body.length > 0) write(body);
  }

  Object.assign(response, {
    writeHead: (status: number, ...rest: unknown[]) => {
      if (isHeld) return response;
      response.statusCode = status;
      isHeld = rest.length === 0 && size === 0 && isFailedPage(response);
      return isHeld ? response : writeHead(status, ...rest);
    },
    flushHeaders: () => {
      decide();
      if (!isHeld) flushHeaders();
    },
    write: (chunk: string | Uint8Array, ...rest: unknown[]) => {
      decide();
      if (!isHeld) return write(chunk, ...rest);
      held.push(typeof chunk === "string" ? Buffer.from(chunk, asEncoding(rest[0])) : Buffer.from(chunk));
      size += chunk.length;
      if (size > MAX_SHELL_BYTES) release(Buffer.concat(held));
      for (const done of rest) if (typeof done === "function") done();
      return true;
    },
    end: (...parts: unknown[]) => {
      const [chunk, encoding] = parts;
      if (!isHeld && (response.headersSent || !isFailedPage(response))) return end(...parts);
      if (typeof chunk === "string" || chunk instanceof Uint8Array) response.write(chunk, asEncoding(encoding));
      else decide();
      if (isHeld) {
        const filled = fill(Buffer.concat(held), response);
        if (size > 0 && response.hasHeader("Content-Length")) response.setHeader("Content-Length", filled.length);
        release(filled);
      }
      return end(...parts.filter((part) => typeof part === "function"));
    },
  });
}

function asEncoding(encoding: unknown): BufferEncoding {
  return typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8";
}

function isFailedPage(response: ServerResponse): boolean {
  const isHtml = String(response.getHeader("Content-Type")).startsWith("text/html");
  return isHtml && (response.statusCode === 404 || response.statusCode >= 500);
}

function fill(body: Buffer, response: ServerResponse): Buffer {
  const encoding = response.getHeader("Content-Encoding");
  if (body.length === 0 || (encoding !== undefined && encoding !== "gzip")) return body;
  const html = encoding ? unzip(body) : body.toString();
  if (!html?.includes(SHELL)) return body;
  const words = response.statusCode === 404 ? sayNotThere() : sayFailed(/E\{\\"digest\\":\\"(\w+)\\"/.exec(html)?.[1]);
  const filled = html
    .replace(SHELL, () => SHELL.replace(">", ' lang="en">'))
    .replace("<body>", () => `<body><noscript>${styleOf(response)}${words}</noscript>`);
  return encoding ? gzipSync(filled) : Buffer.from(filled);
}

function unzip(body: Buffer): string | null {
  try {
    return gunzipSync(body, { maxOutputLength: MAX_SHELL_BYTES }).toString();
  } catch {
    return null;
  }
}

/** Next names it in a header alone. */
function styleOf(response: ServerResponse): string {
  const [, address] = /<(\/_next\/[\w./-]+\.css)>; rel=preload; as="style"/.exec(String(response.getHeader("Link"))) ?? [];
  return address ? `<link rel="stylesheet" href="${address}">` : "";
}

function sayNotThere(): string {
  return say(NO_SUCH_PAGE, "");
}

function sayFailed(digest: string | undefined): string {
  const report = digest ? `<p class="text-base">${FAILED_PAGE.report} <code>${digest}</code></p>` : "";
  return say(FAILED_PAGE, `${report}<p><a href="" class="underline">Try again</a></p>`);
}

/** As `Message` looks. */
function say({ code, title, text }: { code: string; title: string; text: string }, more: string): string {
  return `<main id="content" class="mx-auto flex w-full max-w-page grow flex-col justify-center px-4 py-16 sm:px-6">
    <p class="font-medium text-ink-faint">${code}</p>
    <h1 class="mt-2 font-semibold text-2xl tracking-tight">${title}</h1>
    <div class="mt-3 max-w-measure space-y-6 text-ink-muted text-lg">
      <p>${text}</p>${more}<p><a href="/" class="underline">${FRONT_PAGE}</a></p>
    </div>
  </main>`;
}
