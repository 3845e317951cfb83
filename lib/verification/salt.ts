import "server-only";
import { sql } from "@/lib/database/client";
import { statement, text } from "@/lib/database/statements";

const SALT = statement("feed-salt", { salt: text }, "SELECT salt FROM feed_state");

// On globalThis because each route is bundled apart. It never changes in a database.
const holder = globalThis as typeof globalThis & { latchkeyFeedSalt?: Promise<string>; latchkeyKnownSalt?: string };

/** Eight characters that stand in front of a credential before it is digested for verifiers. */
export function feedSalt(): Promise<string> {
  holder.latchkeyFeedSalt ??= read().catch((error: unknown) => {
    holder.latchkeyFeedSalt = undefined;
    throw error;
  });
  return holder.latchkeyFeedSalt;
}

/** The same for what cannot wait: null until it is known, which is soon after this was asked. */
export function knownSalt(): string | null {
  if (holder.latchkeyKnownSalt === undefined) void feedSalt().catch(() => {});
  return holder.latchkeyKnownSalt ?? null;
}

async function read(): Promise<string> {
  const [row] = await sql(SALT, {});
  if (!row) throw new Error("feed_state has no row.");
  holder.latchkeyKnownSalt = row.salt;
  return row.salt;
}
