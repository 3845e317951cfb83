import { MAX_BODY_BYTES } from "@/lib/doors/read-json";
import { logConsole } from "@/lib/server/console";
import { answerDirectly } from "@/lib/server/direct-answers";
import { stopGracefully } from "@/lib/server/stop";
import { env } from "@/lib/settings/env";
import { POST } from "./keys/verify/route";

const VERIFY = "/api/keys/verify";

/** What a server of our own does besides Next: it stops in order, sends traces if told where to, answers verifications itself. */
export async function prepareOwnServer(): Promise<void> {
  stopGracefully();
  logConsole();
  const verify = await withTelemetry();
  answerDirectly({ [VERIFY]: verify, [`${VERIFY}/`]: verify }, MAX_BODY_BYTES);
}

/** Its packages are loaded only where they are needed. */
async function withTelemetry(): Promise<typeof POST> {
  if (!env().OTEL_EXPORTER_OTLP_ENDPOINT) return POST;
  const { startTelemetry, traced } = await import("@/lib/server/telemetry");
  startTelemetry();
  return traced("POST", VERIFY, POST);
}
