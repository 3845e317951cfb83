import { neonConfig } from "@neondatabase/serverless";
import WebSocket from "ws";

export type Driver = "neon" | "pg";

/** Neon's hosts are reached over WebSockets by its own driver, everything else over TCP by `pg`. */
export function driverFor(url: string): Driver {
  return /\.neon\.(tech|build)$/.test(hostOf(url)) ? "neon" : "pg";
}

/**
 * What `pg` takes to reach the address over TCP and with a session of its own, which session locks need: Neon's pooler
 * shares one between clients, so it is left out.
 */
export function directConnection(url: string) {
  return { connectionString: url.replace("-pooler.", "."), connectionTimeoutMillis: 10_000, idleTimeoutMillis: 500 };
}

/**
 * NEON_WS_PROXY (host:port) sends the Neon driver through a plain WebSocket relay instead of Neon's own endpoint:
 * how the tests drive it against any PostgreSQL.
 */
export function configureNeon(proxy: string | undefined): void {
  // Node.js 20 has no WebSocket of its own.
  neonConfig.webSocketConstructor = WebSocket;
  if (!proxy) return;
  neonConfig.wsProxy = (host, port) => `${proxy}/v1?address=${host}:${port}`;
  neonConfig.useSecureWebSocket = false;
  neonConfig.pipelineTLS = false;
  neonConfig.pipelineConnect = false;
  neonConfig.forceDisablePgSSL = true;
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return "";
  }
}
