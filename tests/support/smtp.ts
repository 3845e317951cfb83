import net from "node:net";
import { until } from "./server";

type ReceivedMail = { from: string; to: string; subject: string; text: string };

export type MailServer = {
  url: string;
  mails: ReceivedMail[];
  /** The newest mail to this address, waited for. */
  newestTo(address: string, count?: number): Promise<ReceivedMail>;
  stop(): Promise<void>;
};

/** A mail server on loopback that speaks as much of RFC 5321 as a client needs, and keeps what it is sent. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // A client that hangs up is its own business.
    socket.on("error", () => {});
    converse(socket, (mail) => mails.push(mail));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    newestTo: async (address, count = 1) => {
      const received = () => mails.filter(({ to }) => to === address);
      await until(() => received().length >= count, `mail ${count} to ${address}`);
      return received()[count - 1] as ReceivedMail;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function converse(socket: net.Socket, receive: (mail: ReceivedMail) => void): void {
  let unread = "";
  let isData = false;
  let to = "";
  const answer = (line: string) => socket.write(`${line}\r\n`);
  answer("220 test");
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    unread += chunk;
    for (let end = unread.indexOf(isData ? "\r\n.\r\n" : "\r\n"); end >= 0; end = unread.indexOf(isData ? "\r\n.\r\n" : "\r\n")) {
      const text = unread.slice(0, end);
      unread = unread.slice(end + (isData ? 5 : 2));
      if (isData) {
        receive(parseMail(text, to));
        isData = false;
        answer("250 kept");
        continue;
      }
      const [, recipient] = /^RCPT TO:<(.+)>/i.exec(text) ?? [];
      if (recipient) to = recipient;
      isData = /^DATA/i.test(text);
      answer(isData ? "354 go on" : /^QUIT/i.test(text) ? "221 bye" : "250 ok");
    }
  });
}

function parseMail(source: string, to: string): ReceivedMail {
  const [head = "", ...body] = source.split("\r\n\r\n");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim() ?? "";
  const raw = body.join("\r\n\r\n");
  const isQuoted = /quoted-printable/i.test(header("Content-Transfer-Encoding"));
  const text = isQuoted
    ? raw.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : raw;
  return { from: header("From"), to, subject: header("Subject"), text };
}
