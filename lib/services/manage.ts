import "server-only";
import { randomBytes } from "node:crypto";
import { isIPv6 } from "node:net";
import type { Credential } from "@latchkey/rule/credentials";
import { toComparedName } from "@latchkey/rule/plain-text";
import { makeServiceCredential } from "@latchkey/rule/services";
import type { z } from "zod";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sqlIn, type Transaction } from "@/lib/database/client";
import { readClock } from "@/lib/database/clock";
import { LOCKS } from "@/lib/database/locks";
import { instant, int, nullable, statement, text, texts } from "@/lib/database/statements";
import { env } from "@/lib/settings/env";
import { emailInOneForm } from "@/lib/values/email";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { currentSecretId } from "@/lib/verification/hash-secrets";
import { hashCredential } from "@/lib/verification/hashes";
import { forgetServices, toBlockList } from "./known";
import type { revokeCredentialSchema, rotateServiceSchema, ServiceChange, ServiceFields, sharedSecretSchema } from "./schemas";

/** Of those that work: they are all kept in memory. */
const MAX_SERVICES = 200;

/** A service's new credential, once: in clear it is in no other type. */
export type IssuedCredential = { id: string; name: string; credential: Credential; hint: string; formerUntil: Date | null };

/** @throws AppError INVALID_INPUT with fields, CONFLICT where there are too many */
export async function createService(
  actor: Actor,
  { owners: named, serveForSeconds, ...given }: ServiceFields,
): Promise<IssuedCredential> {
  return changing(async (tx) => {
    const owners = await findOwners(tx, named);
    await holdNames(tx);
    await requireRoom(tx);
    await requireFreeName(tx, given.name, null);
    const { id } = await tx.service.create({
      data: { ...given, owners, serveForMs: serveForSeconds * 1000 },
      select: { id: true },
    });
    const issued = await addCredential(tx, id);
    await recordAudit(tx, actor, {
      action: "service.created",
      target: { kind: "service", id },
      after: { ...describe({ ...given, serveForMs: serveForSeconds * 1000 }, owners), hint: issued.hint },
    });
    return { id, name: given.name, ...issued, formerUntil: null };
  });
}

/** @throws AppError SERVICE_NOT_FOUND, CONFLICT, INVALID_INPUT with fields */
export async function changeService(actor: Actor, change: ServiceChange): Promise<void> {
  const { id, version, isSure, owners: named, serveForSeconds, ...rest } = change;
  const given = { ...rest, serveForMs: serveForSeconds * 1000 };
  await changing(async (tx) => {
    const former = await lockService(tx, id);
    if (former.version !== version) throw new AppError("CONFLICT");
    const owners = await findOwners(tx, named);
    await holdNames(tx);
    await requireFreeName(tx, given.name, id);
    if (!isSure) await requireStillInside(tx, id, given.networks);
    await tx.service.update({ where: { id }, data: { ...given, owners, version: version + 1 }, select: { id: true } });
    await recordAudit(tx, actor, {
      action: "service.changed",
      target: { kind: "service", id },
      before: describe(former, former.owners),
      after: describe(given, owners),
    });
  });
}

/**
 * Makes another credential; the one that it takes the place of works for a while beside it. A third there is not: of two who
 * rotate at once the second is told.
 * @throws AppError SERVICE_NOT_FOUND, CONFLICT
 */
export async function rotateService(actor: Actor, asked: z.output<typeof rotateServiceSchema>): Promise<IssuedCredential> {
  return changing(async (tx) => {
    const { id } = asked;
    const service = await lockService(tx, id);
    const live = await findLive(tx, id);
    const [newest] = live;
    if ((newest?.id ?? 0) !== asked.credential)
      throw new AppError("CONFLICT", { message: "This service has another credential meanwhile. Nothing was done." });
    if (live.length > 1)
      throw new AppError("CONFLICT", {
        message: "Two credentials work already. Revoke the former one first, or wait for its end.",
      });
    const formerUntil = newest ? new Date((await readClock(tx)).getTime() + asked.overlapSeconds * 1000) : null;
    if (newest && formerUntil) await endCredential(tx, newest.id, formerUntil);
    const issued = await addCredential(tx, id);
    await recordAudit(tx, actor, {
      action: "service.rotated",
      target: { kind: "service", id },
      before: { hint: newest?.hint ?? null },
      after: { hint: issued.hint, former_until: formerUntil?.toISOString() ?? null },
    });
    return { id, name: service.name, ...issued, formerUntil };
  });
}

/** Ending what has ended changes nothing. @throws AppError SERVICE_NOT_FOUND */
export async function revokeCredential(actor: Actor, asked: z.output<typeof revokeCredentialSchema>): Promise<void> {
  await changing(async (tx) => {
    await lockService(tx, asked.id);
    const ended = (await findLive(tx, asked.id)).find(({ id }) => id === asked.credential);
    if (!ended) return;
    await endCredential(tx, ended.id, await readClock(tx));
    await recordAudit(tx, actor, {
      action: "service.credential_revoked",
      target: { kind: "service", id: asked.id },
      before: { hint: ended.hint },
    });
  });
}

/** For good: all that it has stops working. Revoking again changes nothing. @throws AppError SERVICE_NOT_FOUND */
export async function revokeService(actor: Actor, { id }: { id: string }): Promise<void> {
  await changing(async (tx) => {
    const service = await lockService(tx, id, { isRevokedToo: true });
    if (service.revokedAt) return;
    await tx.service.update({
      where: { id },
      data: { revokedAt: await readClock(tx), version: service.version + 1 },
      select: { id: true },
    });
    await recordAudit(tx, actor, { action: "service.revoked", target: { kind: "service", id }, before: { name: service.name } });
  });
}

/** Whether a shared secret of the settings is accepted. */
export async function switchSharedSecret(actor: Actor, { name, isOff }: z.output<typeof sharedSecretSchema>): Promise<void> {
  await changing(async (tx) => {
    const { count } = isOff
      ? await tx.retiredSecret.createMany({ data: [{ name }], skipDuplicates: true })
      : await tx.retiredSecret.deleteMany({ where: { name } });
    if (count === 0) return;
    const action = isOff ? "secret.retired" : "secret.accepted";
    await recordAudit(tx, actor, { action, target: { kind: "setting", id: name } });
  });
}

async function changing<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  const result = await db().$transaction(work);
  forgetServices();
  return result;
}

async function addCredential(tx: Transaction, serviceId: string): Promise<{ credential: Credential; hint: string }> {
  const { credential, hint } = makeServiceCredential(randomBytes);
  const credentialHash = hashCredential(credential, env().KEY_HASH_SECRET);
  await tx.serviceCredential.create({
    data: { serviceId, hint, credentialHash, credentialHashedUnder: currentSecretId() },
    select: { id: true },
  });
  return { credential, hint };
}

const LOCK = statement(
  "lock-service",
  { version: int, revoked_at: nullable(instant) },
  "SELECT version, revoked_at FROM services WHERE id = $id::uuid FOR NO KEY UPDATE",
);

/** @throws AppError SERVICE_NOT_FOUND */
async function lockService(tx: Transaction, id: string, { isRevokedToo = false } = {}) {
  const [row] = await sqlIn(tx, LOCK, { id });
  if (!row || (row.revoked_at && !isRevokedToo)) throw new AppError("SERVICE_NOT_FOUND");
  return tx.service.findUniqueOrThrow({ where: { id } });
}

const LIVE = statement(
  "live-service-credentials",
  { id: int, hint: text },
  `SELECT id, hint FROM service_credentials WHERE service_id = $id::uuid AND (valid_until IS NULL OR valid_until > now())
   ORDER BY valid_until IS NULL DESC, id DESC`,
);

/** The newest first. */
function findLive(tx: Transaction, id: string) {
  return sqlIn(tx, LIVE, { id });
}

async function endCredential(tx: Transaction, id: number, validUntil: Date): Promise<void> {
  await tx.serviceCredential.update({ where: { id }, data: { validUntil }, select: { id: true } });
}

async function requireRoom(tx: Transaction): Promise<void> {
  if ((await tx.service.count({ where: { revokedAt: null } })) < MAX_SERVICES) return;
  throw new AppError("CONFLICT", { message: `There are ${MAX_SERVICES} services already. Revoke one first.` });
}

/** Until the transaction ends: of two that are named at once, the second sees the first. */
async function holdNames(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCKS.services})`;
}

/** Also those that were revoked: the audit log has their names. */
async function requireFreeName(tx: Transaction, name: string, own: string | null): Promise<void> {
  const named = await tx.service.findMany({ select: { id: true, name: true } });
  const compared = toComparedName(name);
  if (named.some((other) => other.id !== own && toComparedName(other.name) === compared)) {
    throw new AppError("INVALID_INPUT", { fields: { name: ["Another service has this name, or had it."] } });
  }
}

const OWNERS = statement(
  "owners-of-service",
  { ids: texts },
  "SELECT ARRAY(SELECT id::text FROM users WHERE id = ANY($ids::uuid[]) OR email = ANY($emails::text[]) ORDER BY id) AS ids",
);

/** Each is an id or an e-mail address. @throws AppError INVALID_INPUT with fields for one that nobody has */
async function findOwners(tx: Transaction, named: readonly string[]): Promise<string[]> {
  const ids = named.filter(isUuid).map((id) => id.toLowerCase());
  const emails = named.filter((name) => !isUuid(name)).map(emailInOneForm);
  const [found] = await sqlIn(tx, OWNERS, { ids, emails });
  const owners = found?.ids ?? [];
  if (owners.length < new Set([...ids, ...emails]).size)
    throw new AppError("INVALID_INPUT", { fields: { owners: ["Not each of these is a user: give ids or e-mail addresses."] } });
  return owners;
}

const LAST_ADDRESS = statement(
  "last-address-of-service",
  { address: nullable(text) },
  "SELECT last_address AS address FROM service_days WHERE service = $id AND calls > 0 ORDER BY day DESC LIMIT 1",
);

/** @throws AppError INVALID_INPUT with fields where the service's last call would have been refused */
async function requireStillInside(tx: Transaction, id: string, networks: readonly string[]): Promise<void> {
  const [last] = await sqlIn(tx, LAST_ADDRESS, { id });
  if (networks.length === 0 || !last?.address) return;
  if (toBlockList(networks).check(last.address, isIPv6(last.address) ? "ipv6" : "ipv4")) return;
  const sentence = `Its last call came from ${last.address}, which is in none of these. Say that you are sure.`;
  throw new AppError("INVALID_INPUT", {
    message: sentence,
    fields: { networks: [sentence], isSure: ["Tick this, or change the networks."] },
  });
}

type Described = {
  name: string;
  scopes: string[];
  networks: string[];
  maxCreditsPerReport: bigint | number | null;
  maxCreditsPerMinute: bigint | number | null;
  serveForMs: number;
  expiresAt: Date | null;
};

function describe(described: Described, owners: string[]) {
  const { name, scopes, networks, maxCreditsPerReport, maxCreditsPerMinute, serveForMs, expiresAt } = described;
  const bound = (credits: bigint | number | null) => (credits === null ? null : Number(credits));
  return {
    name,
    scopes,
    networks,
    owners,
    max_credits_per_report: bound(maxCreditsPerReport),
    max_credits_per_minute: bound(maxCreditsPerMinute),
    serve_for_seconds: serveForMs / 1000,
    expires_at: expiresAt?.toISOString() ?? null,
  };
}
