import { randomBytes } from "node:crypto";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import { statementReader } from "./statements";

export type Relay = {
  /** host:port */
  address: string;
  /** How many there have been. */
  connections(): number;
  /** From now on a connection reaches the database only after so long, as where one has to wake up. */
  delay(milliseconds: number): void;
  /** Cuts every connection there is: at once, or when it is next used, before that reaches the database. */
  cut(when: "now" | "on use"): void;
  /**
   * Cuts the next connection that sends this text: before it reaches the database, or when the database has done as it
   * was told and answers.
   */
  lose(what: "question" | "answer", text: string): void;
  /**
   * Connections that are open now stay open, and nothing passes through them any more, for good; or those that come are
   * accepted and reach nothing, until there is "none" of it.
   */
  silence(which: "open" | "new" | "none"): void;
  /** A connection falls silent, for good, when nothing has passed through it for so long. */
  forget(idleMilliseconds: number): void;
  /** Whatever the database says arrives as other bytes. */
  garble(isGarbled: boolean): void;
  /** Another database (host:port): connections that there are end, and those that come lead there. */
  lead(target: string): void;
  stop(): Promise<void>;
};

/**
 * A WebSocket-to-TCP relay, as Neon has one in front of its databases: the Neon driver then reaches any PostgreSQL.
 * @param database the PostgreSQL that stands in for every host asked for, instead of those themselves
 */
export async function startRelay(database?: URL): Promise<Relay> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const { join, cut, ...relay } = createRelay();
  server.on("connection", (socket, request) => {
    const target = new URL(request.url ?? "", "http://relay").searchParams.get("address") ?? "";
    join(createWebSocketStream(socket), database?.host ?? target);
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return { ...relay, cut, address: addressOf(server.address()), stop: () => closed(server, cut) };
}

/** The same for `pg`: from TCP to TCP, with the database at `target` (host:port). `tell` learns of each statement's text. */
export async function startTcpRelay(target: string, tell?: (statement: string) => void): Promise<Relay> {
  const { join, cut, ...relay } = createRelay(tell);
  const server = net.createServer((socket) => join(socket, target));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { ...relay, cut, address: addressOf(server.address()), stop: () => closed(server, cut) };
}

function addressOf(address: AddressInfo | string | null): string {
  return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

function closed(server: WebSocketServer | net.Server, cut: Relay["cut"]): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    cut("now");
  });
}

/** How every answer ends (PostgreSQL's protocol): whatever was asked is done, and committed where it was to be. */
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]);

type Link = { end(): void; isDoomed: boolean; isSilent: boolean };

function createRelay(tell?: (statement: string) => void) {
  const links = new Set<Link>();
  let connections = 0;
  let delayMs = 0;
  let isDeaf = false;
  let isGarbled = false;
  let forgetMs = Number.POSITIVE_INFINITY;
  let other: string | undefined;
  let loss: { what: "question" | "answer"; text: string } | undefined;

  const join = (client: Duplex, target: string) => {
    connections += 1;
    const { hostname, port } = new URL(`tcp://${other ?? target}`);
    const database = new net.Socket();
    const read = tell && statementReader(tell);
    let isAnswerLost = false;
    const link: Link = {
      isDoomed: false,
      isSilent: isDeaf,
      end: () => {
        links.delete(link);
        client.destroy();
        database.destroy();
      },
    };
    links.add(link);
    // Of a silent one neither side learns that the other is gone.
    const end = () => link.isSilent || link.end();
    for (const event of ["close", "error"] as const) for (const side of [client, database]) side.on(event, end);
    let heardAt = Date.now();
    const isHeard = () => {
      const idleMs = Date.now() - heardAt;
      heardAt = Date.now();
      link.isSilent ||= idleMs >= forgetMs;
      return !link.isSilent;
    };
    const listen = (data: Buffer) => {
      if (!isHeard()) return;
      read?.(data);
      const isLost = loss !== undefined && data.includes(loss.text);
      if (link.isDoomed || (isLost && loss?.what === "question")) link.end();
      else database.write(data);
      if (!isLost) return;
      isAnswerLost = loss?.what === "answer";
      loss = undefined;
    };
    // What is sent meanwhile waits in the client's stream.
    setTimeout(() => {
      if (!database.destroyed && !link.isSilent) database.connect(Number(port), hostname, () => client.on("data", listen));
    }, delayMs);
    database.on("data", (data) => {
      if (!isHeard()) return;
      if (isGarbled) client.write(randomBytes(data.length));
      else if (!isAnswerLost) client.write(data);
      else if (data.includes(READY_FOR_QUERY)) link.end();
    });
  };

  const cutNow = () => {
    for (const link of links) link.end();
  };

  return {
    join,
    lead: (target: string) => {
      other = target;
      cutNow();
    },
    connections: () => connections,
    delay: (milliseconds: number) => {
      delayMs = milliseconds;
    },
    cut: (when: "now" | "on use") => {
      if (when === "now") cutNow();
      else for (const link of links) link.isDoomed = true;
    },
    lose: (what: "question" | "answer", text: string) => {
      loss = { what, text };
    },
    silence: (which: "open" | "new" | "none") => {
      isDeaf = which === "new";
      if (which === "open") for (const link of links) link.isSilent = true;
    },
    forget: (idleMilliseconds: number) => {
      forgetMs = idleMilliseconds;
    },
    garble: (isOn: boolean) => {
      isGarbled = isOn;
    },
  };
}
