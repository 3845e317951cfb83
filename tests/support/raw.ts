import http from "node:http";
import net from "node:net";
import { randomAddress, shared } from "./client";

type RawAnswer = { status: number; headers: http.IncomingHttpHeaders; text: string };

/** What `fetch` refuses to send, or would tidy up before. */
export function rawRequest(method: string, path: string, extra: http.OutgoingHttpHeaders = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(shared().url);
    const headers = { "X-Admin-Secret": shared().settings.ADMIN_API_SECRET, "X-Forwarded-For": randomAddress(), ...extra };
    const request = http.request({ hostname, port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end();
  });
}

/** The answer to these very bytes. */
export async function speak(bytes: string) {
  const { hostname, port } = new URL(shared().url);
  const socket = net.connect(Number(port), hostname);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  const [head = "", ...rest] = Buffer.concat(chunks).toString().split("\r\n\r\n");
  const json = /\{.*\}/s.exec(rest.join(""))?.[0] ?? "null";
  return { status: Number(head.split(" ")[1]), head, body: JSON.parse(json) };
}
