import "server-only";
import { sql } from "@/lib/database/client";
import { bool, statement, uuid } from "@/lib/database/statements";
import { type Network, UNKNOWN_NETWORK } from "@/lib/request/network";
import { keyedHash } from "./derived-secret";
import { KNOWN_DAYS } from "./known-devices";

/** Of one account. The one that was used least lately makes room. */
const MOST_NETWORKS = 50;

const FIND = statement(
  "account-and-network",
  { id: uuid, knows_network: bool },
  `SELECT u.id, EXISTS (
     SELECT 1 FROM known_networks k
     WHERE k.user_id = u.id AND k.network_hash = $network AND k.last_at > now() - interval '${KNOWN_DAYS} days') AS knows_network
   FROM users u WHERE u.email = $email`,
);
/** Written when it is new, or older than a day. */
const REMEMBER = statement(
  "remember-network",
  {},
  `WITH kept AS (
     INSERT INTO known_networks AS k (user_id, network_hash, last_at) VALUES ($user::uuid, $network, now())
     ON CONFLICT (user_id, network_hash) DO UPDATE SET last_at = now() WHERE k.last_at < now() - interval '1 day'
     RETURNING network_hash)
   DELETE FROM known_networks WHERE (user_id, network_hash) IN (
     SELECT user_id, network_hash FROM known_networks
     WHERE user_id = $user::uuid AND network_hash NOT IN (SELECT network_hash FROM kept) AND EXISTS (SELECT 1 FROM kept)
     ORDER BY last_at DESC OFFSET ${MOST_NETWORKS - 1} FOR UPDATE SKIP LOCKED)`,
);

/** Who has this e-mail address, and whether they signed in from this network lately. Null when nobody has it. */
export async function findAccount(email: string, network: Network): Promise<{ id: string; knowsNetwork: boolean } | null> {
  const [row] = await sql(FIND, { email, network: hashOf(network) });
  return row ? { id: row.id, knowsNetwork: row.knows_network } : null;
}

/** Somebody showed in this network that the account is theirs. */
export async function rememberNetwork(userId: string, network: Network): Promise<void> {
  if (network.near === UNKNOWN_NETWORK.near) return;
  await sql(REMEMBER, { user: userId, network: hashOf(network) });
}

function hashOf({ near }: Network): Buffer {
  return keyedHash("network", near);
}
