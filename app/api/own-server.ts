import { MAX_BODY_BYTES } from "@/lib/doors/read-json";
import { MAX_SESSION_BYTES } from "@/lib/feed/schemas";
import { logConsole } from "@/lib/server/console";
import { answerDirectly, type DirectRoute } from "@/lib/server/direct-answers";
import { refuseForeignForms } from "@/lib/server/forms";
import { stopGracefully } from "@/lib/server/stop";
import { answerUnread, refuseManyHeaders } from "@/lib/server/unread";
import { env } from "@/lib/settings/env";
import { MAX_BATCH_BYTES } from "@/lib/usage/schemas";
import { POST as verify } from "./keys/verify/route";
import { POST as report } from "./usage/route";
import { POST as followFeed } from "./verifier/feed/route";

/** What other people's servers call for each call of theirs. */
const DIRECT: Record<string, DirectRoute> = {
  "/api/keys/verify": { handler: verify, maxBytes: MAX_BODY_BYTES },
  "/api/usage": { handler: report, maxBytes: MAX_BATCH_BYTES },
  "/api/verifier/feed": { handler: followFeed, maxBytes: MAX_SESSION_BYTES },
};

/**
 * What a server of our own does besides Next: it stops in order, refuses in words, keeps one log, sends traces if told where to,
 * and answers short calls itself.
 */
export async function prepareOwnServer(): Promise<void> {
  stopGracefully();
  answerUnread();
  logConsole();
  const traced = await withTelemetry();
  const routes: Record<string, DirectRoute> = {};
  for (const [path, route] of Object.entries(DIRECT)) {
    routes[path] = { ...route, handler: traced(path, route.handler) };
    routes[`${path}/`] = routes[path];
  }
  answerDirectly(routes);
  refuseForeignForms();
  refuseManyHeaders();
}

type Traced = (path: string, handler: DirectRoute["handler"]) => DirectRoute["handler"];

/** Its packages are loaded only where they are needed. */
async function withTelemetry(): Promise<Traced> {
  if (!env().OTEL_EXPORTER_OTLP_ENDPOINT) return (_, handler) => handler;
  const { startTelemetry, traced } = await import("@/lib/server/telemetry");
  startTelemetry();
  return (path, handler) => traced("POST", path, handler);
}
