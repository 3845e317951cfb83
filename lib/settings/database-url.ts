import { neonConfig } from "@neondatabase/serverless";
import WebSocket from "ws";

export type Driver = "neon" | "pg";

/** Neon's hosts are reached over WebSockets by its own driver, everything else over TCP by `pg`. */
export function driverFor(url: string): Driver {
  return /\.neon\.(tech|build)$/.test(hostOf(url)) ? "neon" : "pg";
}

/** Whether Neon's pooler is behind an address: its names say so. Of others it is undefined: a connection has to show it. */
export function isPooled({
  DATABASE_URL,
  databaseDriver,
}: {
  DATABASE_URL: string;
  databaseDriver: Driver;
}): boolean | undefined {
  return databaseDriver === "neon" || /\.neon\.(tech|build)$/.test(hostOf(DATABASE_URL))
    ? /^[^.]+-pooler\./.test(hostOf(DATABASE_URL))
    : undefined;
}

/**
 * The address at which a connection is a session of its own, which session locks need: Neon's pooler shares one between
 * clients. DATABASE_URL_UNPOOLED, which Neon's integration with Vercel sets, or else DATABASE_URL without the pooler.
 */
export function directUrl({
  DATABASE_URL,
  DATABASE_URL_UNPOOLED,
}: {
  DATABASE_URL: string;
  DATABASE_URL_UNPOOLED?: string | undefined;
}) {
  return DATABASE_URL_UNPOOLED ?? DATABASE_URL.replace("-pooler.", ".");
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
