import { headers } from "next/headers";
import { env } from "@/lib/settings/env";

/** The address under which this visitor reaches the portal, safe to put into a command. */
export async function publicAddress(): Promise<string> {
  const sent = await headers();
  const host = firstOf(sent.get("x-forwarded-host")) ?? sent.get("host") ?? "";
  const scheme = firstOf(sent.get("x-forwarded-proto")) === "https" ? "https" : "http";
  const { appUrl } = env();
  // The configured address also knows a scheme that a proxy did not pass on.
  const isConfigured = host.toLowerCase() === new URL(appUrl).host;
  const isHost = /^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/i.test(host) && URL.canParse(`${scheme}://${host}`);
  return isConfigured || !isHost ? appUrl : `${scheme}://${host}`;
}

/** Proxies may append to these headers; the first entry is the one nearest to the visitor. */
function firstOf(header: string | null): string | undefined {
  return header?.split(",")[0]?.trim() || undefined;
}
