import type { ServerResponse } from "node:http";

type Replacement = { status: number; text: string };

/** Has another answer sent in place of Next's own, where there is one for the status that it is about to send. */
export function replaceAnswer(response: ServerResponse, choose: (status: number) => Replacement | null): void {
  let chosen: Replacement | null = null;
  const writeHead = response.writeHead.bind(response) as (...parts: unknown[]) => ServerResponse;
  const write = response.write.bind(response) as (...parts: unknown[]) => boolean;
  const end = response.end.bind(response) as (...parts: unknown[]) => ServerResponse;
  Object.assign(response, {
    writeHead: (status: number, ...rest: unknown[]) => {
      chosen = choose(status);
      if (!chosen) return writeHead(status, ...rest);
      for (const name of ["Content-Encoding", "Transfer-Encoding"]) response.removeHeader(name);
      response.setHeader("Content-Type", "text/plain; charset=utf-8");
      response.setHeader("Content-Length", Buffer.byteLength(chosen.text));
      return writeHead(chosen.status);
    },
    write: (...parts: unknown[]) => {
      if (!response.headersSent) response.flushHeaders();
      if (!chosen) return write(...parts);
      for (const done of parts) if (typeof done === "function") done();
      return true;
    },
    end: (...parts: unknown[]) => {
      if (!response.headersSent && choose(response.statusCode)) response.flushHeaders();
      return chosen ? end(chosen.text, ...parts.filter((part) => typeof part === "function")) : end(...parts);
    },
  });
}
