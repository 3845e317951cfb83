import { Client as NeonClient, neonConfig } from "@neondatabase/serverless";
import pg from "pg";

export type Driver = "neon" | "pg";

export type DatabaseSettings = { DATABASE_URL: string; databaseDriver: Driver; NEON_WS_PROXY?: string | undefined };

/** What both drivers' clients have in common. */
export type Client = {
  on(event: "error", listener: (error: Error) => void): unknown;
  connect(): Promise<unknown>;
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
};

/** Neon's hosts are reached over WebSockets by its own driver, everything else over TCP by `pg`. */
export function driverFor(url: string): Driver {
  return /\.neon\.(tech|build)$/.test(hostOf(url)) ? "neon" : "pg";
}

/**
 * An unconnected client and the configuration that Prisma's adapter takes for the same address. Neon's pooler is
 * left out: it shares one session between clients, and session locks need one of their own.
 */
export function directConnection({ DATABASE_URL: url, databaseDriver: driver, NEON_WS_PROXY }: DatabaseSettings) {
  const config = { connectionString: url.replace("-pooler.", "."), connectionTimeoutMillis: 10_000, idleTimeoutMillis: 500 };
  configureNeon(NEON_WS_PROXY);
  const client: Client = driver === "neon" ? new NeonClient(config) : new pg.Client(config);
  return { config, client };
}

/**
 * NEON_WS_PROXY (host:port) sends the Neon driver through a plain WebSocket relay instead of Neon's own endpoint:
 * how the tests drive it against any PostgreSQL.
 */
export function configureNeon(proxy: string | undefined): void {
  neonConfig.webSocketConstructor ??= globalThis.WebSocket;
  if (!proxy) return;
  neonConfig.wsProxy = () => proxy;
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
