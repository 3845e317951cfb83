import "server-only";
import { createHash } from "node:crypto";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";

/** Have I Been Pwned: https://haveibeenpwned.com/API/v3#PwnedPasswords */
const SERVICE = "https://api.pwnedpasswords.com";
const PATIENCE_MS = 2_000;

/**
 * Whether a password is known from a breach. The service learns five hex digits of its SHA-1, which some
 * two thousand others share, and the padding hides how many. One that does not answer in time keeps nobody from a password.
 */
export async function isBreached(password: string, service = SERVICE): Promise<boolean> {
  const digest = createHash("sha1").update(password).digest("hex").toUpperCase();
  try {
    const response = await fetch(`${service}/range/${digest.slice(0, 5)}`, {
      headers: { "Add-Padding": "true", "User-Agent": "Latchkey" },
      redirect: "error",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return hasSuffix(await response.text(), digest.slice(5));
  } catch (error) {
    log.warn(causeOf(error), "Have I Been Pwned could not be asked: a password was set without it");
    return false;
  }
}

/** Lines of `SUFFIX:COUNT`; a count of 0 is padding. */
function hasSuffix(text: string, suffix: string): boolean {
  return text.split(/\r?\n/).some((line) => line.startsWith(`${suffix}:`) && Number(line.slice(suffix.length + 1)) > 0);
}
