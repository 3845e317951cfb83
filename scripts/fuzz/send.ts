import http from "node:http";
import type { Draft } from "./wire-changes";

export type Reply = { status: number; headers: Headers; text: string };

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const TIMEOUT_MS = 30_000;
const STREAM_MS = 500;

/** Whatever a request may say that `fetch` would refuse or tidy up. @throws where there is no answer */
export async function send(url: string, draft: Draft): Promise<Reply> {
  try {
    return await sendOnce(url, draft, agent);
  } catch (error) {
    // A kept connection may have been closed while this went out on it.
    if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
    return sendOnce(url, draft, false);
  }
}

function sendOnce(url: string, { method, path, headers, body, isChunked }: Draft, via: http.Agent | false): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { port, host } = new URL(url);
    const length: [string, string] = isChunked ? ["Transfer-Encoding", "chunked"] : ["Content-Length", String(body?.length ?? 0)];
    const all = [["Host", host], ...headers, ...(body === null ? [] : [length])];
    const options = { host: "127.0.0.1", port, method, path, headers: all.flat(), agent: via, timeout: TIMEOUT_MS };
    const request = http.request(options as unknown as http.RequestOptions, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      const reply = () => ({
        status: response.statusCode ?? 0,
        headers: headersOf(response),
        text: Buffer.concat(parts).toString(),
      });
      response.once("error", reject);
      response.once("end", () => resolve(reply()));
      if (!response.headers["content-type"]?.includes("ndjson")) return;
      // A stream does not end by itself: its first lines are enough, whole ones.
      setTimeout(() => {
        const { text, ...rest } = reply();
        resolve({ ...rest, text: text.slice(0, text.lastIndexOf("\n") + 1) });
        request.destroy();
      }, STREAM_MS);
    });
    request.once("timeout", () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} seconds`)));
    request.once("error", reject);
    request.end(body ?? undefined);
  });
}

function headersOf({ rawHeaders }: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  return headers;
}
