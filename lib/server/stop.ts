import "server-only";
import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { disconnect } from "@/lib/database/client";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import { onEachServer } from "./each-server";

// Together below the 10 seconds that a stop may take.
const REQUESTS_MS = 7_000;
const REST_MS = 2_000;
const SWEEP_MS = 100;
/** So long a proxy that asks for its health has to see that the process is going, before connections are refused. */
const LEAVING_MS = 3_000;
const LIVE = /^\/api\/health\/live\/?$/;
/** A proxy may be sending a request on a connection that is idle here, so those are kept for a while: it is answered. */
const IDLE_MS = 1_000;
/** What arrives while the process is at work is not seen yet. It is taken to have seen everything when a look took less. */
const QUIET_MS = 0.2;
const QUIET_WITHIN_MS = 500;
/** A proxy that watches asks every second: whoever asked now and then is none. */
const WATCH = { times: 3, withinMs: 5_000 } as const;
/** Longer than proxies keep a connection: who ends an idle one first must be the one that sends on it. */
const KEEP_ALIVE_MS = 75_000;

type Work = () => Promise<void>;

// On globalThis because the instrumentation hook and each route are bundled apart.
const holder = globalThis as typeof globalThis & { latchkeyStopWork?: Set<Work>; latchkeyStopping?: Set<() => void> };
holder.latchkeyStopWork ??= new Set();
holder.latchkeyStopping ??= new Set();
const works = holder.latchkeyStopWork;
const farewells = holder.latchkeyStopping;

/** Has this done as soon as the server is told to stop: for answers that would not end by themselves. */
export function whenStopping(farewell: () => void): void {
  farewells.add(farewell);
}

/** Has this done when the server stops: after the last request, before the database is closed. */
export function beforeStop(work: Work): void {
  works.add(work);
}

/**
 * On SIGTERM or SIGINT Next takes no new connections, finishes requests and what they left for later, and then calls
 * `process.exit`. It has no hook there, so that call is where the rest is done. Requests that do not end are cut off.
 */
export function stopGracefully(): void {
  let isStopping = false;
  const watches: number[] = Array(WATCH.times).fill(Number.NEGATIVE_INFINITY);
  let isRefusing = false;
  const isWatched = () => performance.now() - (watches[0] ?? 0) < WATCH.withinMs;
  const idleClosers: CloseIdle[] = [];
  onEachServer((server) => {
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    const onClose = () => {
      isRefusing = true;
    };
    idleClosers.push(closeLater(server, () => (isWatched() ? LEAVING_MS : 0), onClose));
  });
  diagnostics.subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const isWatch = LIVE.test(request.url ?? "");
    if (isWatch && !isStopping) {
      watches.shift();
      watches.push(performance.now());
    }
    if (!isStopping) return;
    // Before connections are refused, who is told to open a new one would open it here.
    if (isRefusing) response.setHeader("Connection", "close");
    // What is leaving is not alive: some proxies cannot repeat a request that finds nobody, so they have to know before.
    if (isWatch) request.socket.destroy();
  });
  const closeIdle = () => {
    for (const close of idleClosers) close();
  };
  const stop = (signal: "SIGINT" | "SIGTERM") => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    for (const farewell of farewells) farewell();
    exitAfterRest();
    // Connections that are kept alive would be waited for after their last request.
    const idleMs = IDLE_MS + (isWatched() ? LEAVING_MS : 0);
    setTimeout(() => setInterval(whenQuiet, SWEEP_MS, closeIdle).unref(), idleMs).unref();
    setTimeout(() => {
      log.warn("requests that did not end were cut off");
      process.exit(128 + constants.signals[signal]);
    }, REQUESTS_MS).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
}

type CloseIdle = () => void;

/**
 * Node ends idle connections together with the listening one, and with that one whatever was connected but not yet taken:
 * both can carry a request. So the first is left to the caller, and the second waits until what is there was taken.
 */
function closeLater(server: Server, delayMs: () => number, onClose: () => void): CloseIdle {
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {};
  const close = server.close.bind(server);
  server.close = (done) => {
    setTimeout(() => {
      whenQuiet(() => {
        close(done);
        onClose();
      });
    }, delayMs());
    return server;
  };
  return closeIdle;
}

/** Does this right after a look at the network that found next to nothing: what came before it is being answered. */
function whenQuiet(work: () => void): void {
  const deadline = performance.now() + QUIET_WITHIN_MS;
  const look = (lookedAt: number) => {
    const now = performance.now();
    if (now - lookedAt < QUIET_MS || now > deadline) work();
    else setImmediate(look, now);
  };
  setImmediate(look, Number.NEGATIVE_INFINITY);
}

function exitAfterRest(): void {
  const exit = process.exit.bind(process);
  let isLeaving = false;
  const exitLater = (code?: number | string | null) => {
    if (isLeaving) return;
    isLeaving = true;
    void Promise.race([finishRest(), pause(REST_MS)]).finally(() => exit(code));
  };
  process.exit = exitLater as typeof process.exit;
}

async function finishRest(): Promise<void> {
  const results = await Promise.allSettled([...works].map((work) => work()));
  for (const result of results) {
    if (result.status === "rejected") log.warn(causeOf(result.reason), "something was left undone");
  }
  await disconnect();
  log.info("stopped");
}
