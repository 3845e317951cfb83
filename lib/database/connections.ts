import { setTimeout as pause } from "node:timers/promises";
import type { CustomTypesConfig } from "pg";
import { checkDeadline } from "@/lib/request/deadline";
import { isDatabaseUnavailable, isReadTimeout } from "@/lib/values/errors";
import { type Bounds, setBounds } from "./bounds";
import { noteFailure, noteSuccess } from "./writes";

export type Statement = { name?: string | undefined; text: string; values?: unknown[]; types?: CustomTypesConfig };

/** What `pg` and Neon's driver have in common, and all that is used of them. */
export type Client = {
  query<Row extends object>(statement: Statement | string, values?: unknown[]): Promise<{ rows: Row[] }>;
  release(error?: boolean): void;
};

/** What both drivers have besides. The process is the one that cancels would go to: the server's own, or a pooler's word. */
type Driver = { processID?: number | null; end(): Promise<void> };

export type Pool = Pick<Client, "query"> & { connect(): Promise<Client>; end(): Promise<void> };

type Events = { on(event: "connect", listen: (client: { on(event: "error", listen: () => void): unknown }) => void): unknown };

/** Whether a pooler shares connections between clients; found out once, and true of all pools of an address. */
export type Pooler = { isThere?: boolean };

const PAUSES_MS = [100, 400];
/** Longer idle than this, a connection is asked whether it is still there before anything depends on it. */
const IDLE_MS = 5_000;
const REPLY_MS = 1_000;
/** So long after a connection fell silent a new one is not waited for longer than a statement is. */
const SUSPECT_MS = 30_000;

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
 * Makes a pool survive what databases and networks do to connections, within `bounds`. Opening one is repeated. One that
 * was idle is asked whether it is still there; one that was open when another was lost is not trusted any more. A statement
 * whose connection is lost on the way is sent a second time when it only reads; one that writes never is, because it may
 * have taken effect.
 */
export function makePatient<P extends Pool & Events>(pool: P, bounds: Bounds, pooler: Pooler): P {
  const open = pool.connect.bind(pool);
  const takenAt = new WeakMap<Client, number>();
  let lostAt = 0;
  let silentAt = Number.NEGATIVE_INFINITY;

  const noteLoss = () => {
    lostAt = Date.now();
  };
  const noteSilence = () => {
    noteLoss();
    silentAt = lostAt;
  };
  const isSilent = () => Date.now() - silentAt < SUSPECT_MS;
  const isThere = async (client: Client): Promise<boolean> => {
    const answer = client.query("SELECT 1").then(
      () => true,
      () => false,
    );
    const isAnswered = await Promise.race([answer, pause(REPLY_MS, false, { ref: false })]);
    if (!isAnswered) noteSilence();
    return isAnswered;
  };
  /** Whether it answered a moment ago, and none that was open then has been lost since. */
  const isRecent = (client: Client, now: number) => {
    const before = takenAt.get(client) ?? Number.NEGATIVE_INFINITY;
    return before > lostAt && now - before < IDLE_MS;
  };
  const isUsable = async (client: Client): Promise<boolean> => {
    const before = takenAt.get(client);
    if (before === undefined) await prepare(client, bounds, pooler);
    else if (before <= lostAt || !(await isThere(client))) return false;
    return true;
  };
  const take = async (): Promise<Client> => {
    for (;;) {
      // A database that wakes up is worth waiting for; one that fell silent may never answer.
      const client = await (isSilent() ? openWithin(bounds.statement, open) : open());
      const now = Date.now();
      try {
        if (isRecent(client, now) || (await isUsable(client))) {
          takenAt.set(client, now);
          return client;
        }
      } catch (error) {
        client.release(true);
        throw error;
      }
      client.release(true);
    }
  };

  // A lost connection fails the query that runs on it. Without a listener it would end the process as well.
  pool.on("connect", (client) => client.on("error", noteLoss));
  pool.connect = async () => {
    if (bounds.isForRequests) checkDeadline();
    try {
      return await connectPatiently(take);
    } catch (error) {
      if (bounds.isForRequests) noteFailure(error);
      if (isTimeout(error)) noteSilence();
      throw error;
    }
  };
  pool.query = async (statement, values) => {
    for (let attempt = 1; ; attempt += 1) {
      const client = await pool.connect();
      const isReading = isRead(statement);
      try {
        const ask = pooler.isThere && !isReading ? askInTransaction : askPlainly;
        const result = await ask<never>(client, statement, values);
        client.release();
        return result;
      } catch (error) {
        client.release(true);
        const isLost = isDatabaseUnavailable(error) || isTimeout(error);
        if (isTimeout(error)) noteSilence();
        else if (isLost) noteLoss();
        if (attempt > 1 || !isLost || !isReading) throw error;
      }
    }
  };
  return pool;
}

/** @throws as the pool does when it waited in vain */
async function openWithin(milliseconds: number, open: () => Promise<Client>): Promise<Client> {
  const opening = open();
  const client = await Promise.race([opening, pause(milliseconds, null, { ref: false })]);
  if (client) return client;
  opening.then(
    (late) => late.release(),
    () => {},
  );
  throw new Error("timeout exceeded when trying to connect");
}

function askPlainly<Row extends object>(client: Client, statement: Statement | string, values?: unknown[]) {
  return client.query<Row>(statement, values);
}

/** Behind a pooler only a transaction can be told of bounds. */
async function askInTransaction<Row extends object>(client: Client, statement: Statement | string, values?: unknown[]) {
  await client.query("BEGIN");
  const result = await client.query<Row>(statement, values);
  await client.query("COMMIT");
  return result;
}

/**
 * Tells a new connection of its bounds, and keeps what is asked on it within them. One on which nothing is known to come
 * any more is closed, whoever holds it: a transaction on it is undone.
 */
async function prepare(client: Client, bounds: Bounds, pooler: Pooler): Promise<void> {
  const query = client.query.bind(client);
  const giveUp = () => void (client as Client & Driver).end().catch(() => {});
  pooler.isThere ??= await findPooler(client as Client & Driver);
  if (!pooler.isThere) await query(setBounds(bounds, "SESSION"));
  const local = setBounds(bounds, "LOCAL");

  const adapt = (statement: Statement | string): Statement | string => {
    if (!pooler.isThere) return statement;
    if (textOf(statement) === "BEGIN") return `BEGIN; ${local}`;
    // It would be prepared on one of the pooler's connections, and not be there on the next.
    return typeof statement === "string" ? statement : { ...statement, name: undefined };
  };
  client.query = async <Row extends object>(statement: Statement | string, values?: unknown[]) => {
    const text = textOf(statement);
    try {
      if (bounds.isForRequests && !text.startsWith("ROLLBACK")) checkDeadline();
    } catch (error) {
      giveUp();
      throw error;
    }
    try {
      const result = await query<Row>(adapt(statement), values);
      if (bounds.isForRequests) noteSuccess(text);
      return result;
    } catch (error) {
      if (bounds.isForRequests) noteFailure(error);
      if (isTimeout(error)) giveUp();
      throw error;
    }
  };
}

/** A pooler hands out numbers of its own for processes, and passes the question on to one of the database's. */
async function findPooler(client: Client & Driver): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid !== client.processID;
}

function textOf(statement: Statement | string): string {
  return typeof statement === "string" ? statement : statement.text;
}

function isRead(statement: Statement | string): boolean {
  return /^\s*SELECT\s/i.test(textOf(statement));
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof Error &&
    (/timeout (exceeded|expired)|connection timeout/i.test(error.message) || isReadTimeout(error.message))
  );
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
  if (isTimeout(error)) return "nothing there answers as PostgreSQL does, or not in time.";
  if (error instanceof Error && /terminated/i.test(error.message)) return "what is there ends the connection before it answers.";
  return `nothing answers there${code ? ` (${code})` : ""}.`;
}
