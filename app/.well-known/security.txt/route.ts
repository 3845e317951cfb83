import { notFound } from "next/navigation";
import { env } from "@/lib/settings/env";
import { DAY_MS } from "@/lib/values/days";

export const dynamic = "force-dynamic";

const VALID_DAYS = 180;

/** Whom to tell of a hole (RFC 9116): there when SECURITY_CONTACT says so. */
export function GET(): Response {
  const { SECURITY_CONTACT, appUrl } = env();
  if (!SECURITY_CONTACT) notFound();
  const today = Math.floor(Date.now() / DAY_MS);
  const lines = [
    `Contact: ${SECURITY_CONTACT}`,
    `Expires: ${new Date((today + VALID_DAYS) * DAY_MS).toISOString()}`,
    "Preferred-Languages: en",
    `Canonical: ${appUrl}/.well-known/security.txt`,
  ];
  return new Response(`${lines.join("\n")}\n`, { headers: { "Content-Type": "text/plain; charset=utf-8" } });
}
