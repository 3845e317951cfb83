import tls from "node:tls";
import { DAY_MS } from "../lib/values/days";
import type { Result } from "./smoke-site";

const TIMEOUT_MS = 30_000;

export type Certificate = { validFrom: Date; validTo: Date };

/** Its TLS, as far as it can be judged before anything is asked. `isFatal`: no client would get further. */
export async function checkTls(origin: string): Promise<{ results: Result[]; isFatal: boolean }> {
  const { protocol, hostname } = new URL(origin);
  if (protocol === "http:") {
    const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
    const problem = isLocal ? null : "Keys and passwords travel in clear: serve it over https.";
    return { results: [{ name: "Encryption", problem }], isFatal: false };
  }
  const { problem, isFatal } = await judgeTls(origin);
  const results = [{ name: "Certificate", problem }];
  return { results: isFatal ? results : [...results, { name: "Plain http", problem: await judgePlainHttp(origin) }], isFatal };
}

async function judgeTls(origin: string): Promise<{ problem: string | null; isFatal: boolean }> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    // Also a bad certificate is looked at: what is wrong with it is what we want to know.
    const socket = tls.connect({ host: hostname, port: Number(port || 443), servername: hostname, rejectUnauthorized: false });
    const end = (problem: string | null, isFatal: boolean) => {
      socket.destroy();
      resolve({ problem, isFatal });
    };
    socket.setTimeout(TIMEOUT_MS, () => end(null, false));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      const isTls = /^(ERR_SSL|EPROTO)/.test(error.code ?? "");
      end(isTls ? "What answers there does not speak TLS: let the proxy serve https on this port." : null, isTls);
    });
    socket.once("secureConnect", () => {
      const { valid_from, valid_to } = socket.getPeerCertificate();
      const certificate = { validFrom: new Date(valid_from), validTo: new Date(valid_to) };
      const refusal = explainRefusal(socket.authorizationError, hostname, certificate);
      end(refusal ?? judgeValidity(certificate, new Date()), refusal !== null);
    });
  });
}

/** Why a client refuses the certificate; null when it does not. The codes are those of OpenSSL and of Node.js. */
function explainRefusal(code: unknown, host: string, { validFrom, validTo }: Certificate): string | null {
  if (!code) return null;
  if (code === "CERT_HAS_EXPIRED") return `Its certificate expired on ${dayOf(validTo)}: renew it.`;
  if (code === "CERT_NOT_YET_VALID")
    return `Its certificate is valid from ${dayOf(validFrom)} on: set the clocks of both machines, or get another.`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `Its certificate is not for ${host}: get one for that name.`;
  if (code === "DEPTH_ZERO_SELF_SIGNED_CERT")
    return "Its certificate is signed by itself: get one from an authority, such as Let's Encrypt.";
  return `Its certificate comes from an authority that is not known (${code}): serve the whole chain, up to a known one.`;
}

/** Certificates are renewed when a third of their life is left, so that less than a quarter says that nothing renews it. */
export function judgeValidity({ validFrom, validTo }: Certificate, now: Date): string | null {
  const leftMs = validTo.getTime() - now.getTime();
  const soonMs = Math.min(14 * DAY_MS, (validTo.getTime() - validFrom.getTime()) / 4);
  return leftMs > soonMs
    ? null
    : `Its certificate expires on ${dayOf(validTo)}: renew it now, and let something renew it in future.`;
}

/** On the port that belongs to the scheme; where the deployment has a port of its own, on that one. */
async function judgePlainHttp(origin: string): Promise<string | null> {
  const plain = origin.replace(/^https:/, "http:");
  const answer = await fetch(plain, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
  const isSafe = !answer || answer.headers.get("location")?.startsWith("https:") || answer.status === 400;
  return isSafe ? null : `${plain} answers in clear (${answer.status}): let it redirect to https, or close it.`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
