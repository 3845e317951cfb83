import { setTimeout as pause } from "node:timers/promises";
import type { CustomTypesConfig } from "pg";
import { isDatabaseUnavailable } from "@/lib/values/errors";

export type Statement = { name?: string; text: string; values?: unknown[]; types?: CustomTypesConfig };

/** What `pg` and Neon's driver have in common, and all that is used of them. */
export type Client = {
  query<Row extends object>(statement: Statement | string, values?: unknown[]): Promise<{ rows: Row[] }>;
  release(error?: boolean): void;
};

export type Pool = Pick<Client, "query"> & { connect(): Promise<Client>; end(): Promise<void> };

type Events = { on(event: "connect", listen: (client: { on(event: "error", listen: () => void): unknown }) => void): unknown };

const PAUSES_MS = [100, 400];
/** Longer idle than this, a connection is asked whether it is still there before anything depends on it. */
const IDLE_MS = 5_000;
const REPLY_MS = 2_000;

/**
 * Opens a connection, and tries again shortly when that fails: nothing was asked of the database yet, so nothing can be
 * done twice. One that waited in vain for as long as it may is not repeated.
 */
export async function connectPatiently<Connection>(connect: () => Promise<Connection>): Promise<Connection> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await connect();
    } catch (error) {
      if (!isDatabaseUnavailable(error) || isTimeout(error)) throw asError(error);
    }
    await pause(pauseMs);
  }
  return connect().catch((error: unknown) => {
    throw asError(error);
  });
}

/**
 * Makes a pool survive what databases that sleep do to connections. Opening one is repeated. One that was idle, or that
 * was open when another was lost, is asked whether it is still there. A statement whose connection is lost on the way is
 * sent a second time when it only reads; one that writes never is, because it may have taken effect.
 */
export function makePatient<P extends Pool & Events>(pool: P): P {
  const connect = pool.connect.bind(pool);
  const takenAt = new WeakMap<Client, number>();
  let lostAt = 0;

  const isFresh = (client: Client): boolean => {
    const before = takenAt.get(client);
    const now = Date.now();
    takenAt.set(client, now);
    return before === undefined || (before > lostAt && now - before < IDLE_MS);
  };
  const isThere = (client: Client): Promise<boolean> => {
    const answer = client.query("SELECT 1").then(
      () => true,
      () => false,
    );
    return Promise.race([answer, pause(REPLY_MS, false, { ref: false })]);
  };
  const take = async (): Promise<Client> => {
    for (;;) {
      const client = await connect();
      if (isFresh(client) || (await isThere(client))) return client;
      client.release(true);
    }
  };

  const noteLoss = () => {
    lostAt = Date.now();
  };

  // A lost connection fails the query that runs on it. Without a listener it would end the process as well.
  pool.on("connect", (client) => client.on("error", noteLoss));
  pool.connect = () => connectPatiently(take);
  pool.query = async (statement, values) => {
    for (let attempt = 1; ; attempt += 1) {
      const client = await pool.connect();
      try {
        const result = await client.query<never>(statement, values);
        client.release();
        return result;
      } catch (error) {
        client.release(true);
        const isLost = isDatabaseUnavailable(error);
        if (isLost) noteLoss();
        if (attempt > 1 || !isLost || !isRead(statement)) throw error;
      }
    }
  };
  return pool;
}

function isRead(statement: Statement | string): boolean {
  return /^\s*SELECT\s/i.test(typeof statement === "string" ? statement : statement.text);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && /timeout/i.test(error.message);
}

/** Neon's driver throws the event of its WebSocket, which holds the error. */
function asError(thrown: unknown): unknown {
  if (thrown instanceof Error || typeof thrown !== "object" || thrown === null) return thrown;
  return "error" in thrown && thrown.error instanceof Error
    ? thrown.error
    : new Error("Connection terminated", { cause: thrown });
}

/** Why there is no connection, without an address or a password in it. */
export function explainConnection(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "28P01" || code === "28000") return "it refuses the user or the password.";
  if (code === "3D000") return "the server answers, but has no database of that name.";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its host name is not known.";
  if (code === "53300") return "it has no connection left.";
  return `nothing answers there${code ? ` (${code})` : ""}.`;
}
