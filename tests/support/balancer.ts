import http from "node:http";
import type { AddressInfo } from "node:net";

export type Balancer = {
  url: string;
  /** How many connections it opened to instances, and how many requests it sent on one that was open already. */
  counts: { opened: number; reused: number };
  stop(): Promise<void>;
};

/**
 * A reverse proxy as those in `deploy/` are: connections to the instances are kept, a connection that cannot be opened is
 * tried at the next one, and a request that was sent is never sent again: that answers 502.
 * @param ports of the instances, on the loopback interface
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const counts = { opened: 0, reused: 0 };
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 32, scheduling: "lifo" });
  let turn = 0;

  const pass = (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: Buffer,
    [port, ...others]: number[],
  ): void => {
    const { method, url, headers } = request;
    const { connection: _, ...passed } = headers;
    let isConnected = false;
    const sent = http.request({ host: "127.0.0.1", port, method, path: url, headers: passed, agent });
    sent.once("socket", (socket) => {
      isConnected = !socket.connecting;
      if (isConnected) counts.reused += 1;
      else
        socket.once("connect", () => {
          isConnected = true;
          counts.opened += 1;
        });
    });
    sent.once("response", (answer) => {
      const { connection: __, "keep-alive": ___, ...answered } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, answered);
      answer.pipe(response);
      answer.once("error", () => response.destroy());
    });
    sent.once("error", (error) => {
      if (response.headersSent) response.destroy();
      else if (!isConnected && others.length > 0) pass(request, response, body, others);
      else response.writeHead(502).end(error.message);
    });
    sent.end(body);
  };

  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      turn = (turn + 1) % ports.length;
      pass(request, response, Buffer.concat(parts), [...ports.slice(turn), ...ports.slice(0, turn)]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    counts,
    stop: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
