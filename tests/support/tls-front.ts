import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { generate } from "selfsigned";
import { DAY_MS } from "../../lib/values/days";
import { scratchFolder } from "./server";

export type Authority = { certificate: string; key: string; file: string };

/** An authority of a test's own. `file` is for NODE_EXTRA_CA_CERTS: only processes that are given it believe it. */
export async function newAuthority(): Promise<Authority> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "Test authority" }], {
    ...ALGORITHM,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const file = path.join(scratchFolder("authority"), "authority.pem");
  fs.writeFileSync(file, cert);
  return { certificate: cert, key, file };
}

const ALGORITHM = { keyType: "ec", algorithm: "sha256" } as const;

export type CertificateOptions = { host?: string; fromDays?: number; toDays?: number; authority?: Authority | undefined };

/** A certificate that is valid from and to so many days from now; without an authority, signed by itself. */
async function newCertificate({ host = "localhost", fromDays = -1, toDays = 90, authority }: CertificateOptions) {
  const { cert, private: key } = await generate([{ name: "commonName", value: host }], {
    ...ALGORITHM,
    notBeforeDate: new Date(Date.now() + fromDays * DAY_MS),
    notAfterDate: new Date(Date.now() + toDays * DAY_MS),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: host }] }],
    ...(authority && { ca: { key: authority.key, cert: authority.certificate } }),
  });
  return { cert, key };
}

export type TlsFront = { url: string; port: number; stop(): void };

/**
 * What stands in front of a server on the internet: https with this certificate, passed on to `target` with the headers of a
 * proxy. Plain http on the same port is redirected, or with `isPlainOpen` answered.
 */
export async function startTlsFront(
  target: () => string,
  { isPlainOpen = false, ...options }: CertificateOptions & { isPlainOpen?: boolean },
): Promise<TlsFront> {
  const secure = https.createServer(await newCertificate(options), (request, response) => {
    const headers = { ...request.headers, "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9" };
    const { hostname, port } = new URL(target());
    const forwarded = http.request({ host: hostname, port, method: request.method, path: request.url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    request.pipe(forwarded);
  });
  const plain = http.createServer((request, response) => {
    if (isPlainOpen) response.end("{}");
    else response.writeHead(308, { location: `https://${request.headers.host}${request.url}` }).end();
  });
  const isHello = (chunk: Buffer) => chunk[0] === 0x16;
  const sockets = new Set<net.Socket>();
  const front = net.createServer((socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    socket.on("error", () => {});
    socket.once("data", (chunk) => {
      socket.pause();
      socket.unshift(chunk);
      (isHello(chunk) ? secure : plain).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  const { port } = front.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    port,
    stop: () => {
      front.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
