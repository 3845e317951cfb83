import "server-only";
import { symmetricDecrypt } from "better-auth/crypto";
import { db } from "@/lib/database/client";
import { env } from "@/lib/settings/env";

/** The only algorithm that keys are made for, and that tokens are accepted under. */
export const SIGNING_ALGORITHM = "ES256" as const;

const SELECT = { id: true, publicKey: true, privateKey: true, createdAt: true, expiresAt: true } as const;

type Stored = { id: string; privateKey: string };

const ours = new Map<string, boolean>();

/**
 * The keys made under the present BETTER_AUTH_SECRET. Others are as good as absent: they came with a copied database, or
 * the secret was changed, and then what they signed must not be believed any more. A new one is made when there is none.
 */
export async function listSigningKeys() {
  const rows = await db().jwks.findMany({ where: { alg: SIGNING_ALGORITHM }, select: SELECT });
  const isOurs = await Promise.all(rows.map(isMadeHere));
  return rows
    .filter((_, index) => isOurs[index])
    .map((row) => ({ ...row, alg: SIGNING_ALGORITHM, expiresAt: row.expiresAt ?? undefined }));
}

/** `kid`: a UUID. */
export async function findSigningKey(kid: string) {
  const row = await db().jwks.findUnique({ where: { id: kid, alg: SIGNING_ALGORITHM }, select: SELECT });
  return row && (await isMadeHere(row)) ? row : null;
}

async function isMadeHere({ id, privateKey }: Stored): Promise<boolean> {
  const known = ours.get(id);
  if (known !== undefined) return known;
  const isMade = await decrypt(privateKey).then(
    () => true,
    () => false,
  );
  ours.set(id, isMade);
  return isMade;
}

async function decrypt(privateKey: string): Promise<string> {
  return symmetricDecrypt({ key: env().BETTER_AUTH_SECRET, data: JSON.parse(privateKey) });
}
