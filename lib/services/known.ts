import "server-only";
import { BlockList, isIPv6 } from "node:net";
import type { Credential } from "@latchkey/rule/credentials";
import type { Scope } from "@latchkey/rule/services";
import { lookUp } from "@/lib/database/client";
import { bytes, instant, int, nullable, statement, text, texts, uuid } from "@/lib/database/statements";
import { unavailable } from "@/lib/values/errors";
import { throughBreaker } from "@/lib/verification/breaker";
import { credentialHashes } from "@/lib/verification/hashes";
import { keepUnderCurrent } from "@/lib/verification/rehash";

/** The settings that are one each for everybody: a service takes the place of each. */
export const SHARED_SECRETS = ["ADMIN_API_SECRET", "SERVICE_API_SECRET", "USAGE_WEBHOOK_SECRET"] as const;
export type SharedSecret = (typeof SHARED_SECRETS)[number];

/** A service as those who ask about its credential see it. `owners` and `networks`: null for all. */
export type KnownService = {
  id: string;
  name: string;
  scopes: readonly Scope[];
  networks: BlockList | null;
  owners: ReadonlySet<string> | null;
  maxCreditsPerReport: number | null;
  maxCreditsPerMinute: number | null;
};

/** `endsAt`: when the credential, or its service, stops being good. */
type Known = { service: KnownService; endsAt: Date | null; stored: Buffer; hashedUnder: string | null };

type Reading = { begunAt: number; done: Promise<Snapshot> };

/** Of this process, before the database was asked: since it began, and since 1970. */
type Begin = { begunAt: number; begunOn: number };

/** All of them at one instant: `readAt` by the database's clock. */
type Snapshot = Begin & { known: Map<string, Known>; retired: ReadonlySet<string>; readAt: number };

/** Whoever asks is answered from what is no older than this, so that a revocation holds everywhere when it has passed. */
const MAX_AGE_MS = 2_000;
/** From then on it is read again, beside the calls that go on. */
const REFRESH_AFTER_MS = 1_000;
/** Nobody's credential may be one that was made a moment ago: it is looked for once more. A flood of wrong ones has it read no more often. */
const ASK_AGAIN_AFTER_MS = 250;
/** Of credentials: many more than there can be of services that work. */
const MAX_ROWS = 5_000;

const READ = statement(
  "services",
  {
    hash: nullable(bytes),
    hashed_under: nullable(text),
    ends_at: nullable(instant),
    id: nullable(uuid),
    name: nullable(text),
    scopes: nullable(texts),
    networks: nullable(texts),
    owners: nullable(texts),
    max_credits_per_report: nullable(int),
    max_credits_per_minute: nullable(int),
    retired: texts,
    read_at: instant,
  },
  // There is always a row, for the time and for what is retired. Of a credential that has ended it is known whose it was.
  `SELECT found.*, ARRAY(SELECT name FROM retired_secrets ORDER BY name) AS retired, now() AS read_at
   FROM (VALUES (1)) AS asked LEFT JOIN (
     SELECT c.credential_hash AS hash, c.credential_hashed_under AS hashed_under,
       least(c.valid_until, s.expires_at, s.revoked_at) AS ends_at, s.id, s.name, s.scopes, s.networks, s.owners::text[] AS owners,
       s.max_credits_per_report, s.max_credits_per_minute
     FROM service_credentials c JOIN services s ON s.id = c.service_id
     ORDER BY least(c.valid_until, s.expires_at, s.revoked_at) DESC NULLS FIRST, c.id DESC LIMIT ${MAX_ROWS}
   ) AS found ON true`,
);

// On globalThis because each route is bundled apart.
const holder = globalThis as typeof globalThis & {
  latchkeyServices?: { snapshot: Snapshot | null; reading: Reading | null; changedAt: number };
};
holder.latchkeyServices ??= { snapshot: null, reading: null, changedAt: Number.NEGATIVE_INFINITY };
const state = holder.latchkeyServices;

export type Found = { service: KnownService; hasEnded: boolean };

/**
 * Whose credential it is; null when no service has it. Costs no query while it is asked for: all services are kept in memory,
 * and read again while calls go on. What is answered was true less than two seconds ago.
 * @throws AppError TEMPORARILY_UNAVAILABLE when that cannot be said
 */
export async function findService(credential: Credential): Promise<Found | null> {
  const hashes = credentialHashes(credential).map(keyOf);
  const askedAt = performance.now();
  const snapshot = await readSince(askedAt - MAX_AGE_MS);
  const found = find(snapshot, credential, hashes);
  if (found || snapshot.begunAt >= askedAt) return found;
  const early = snapshot.begunAt + ASK_AGAIN_AFTER_MS - performance.now();
  if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  return find(await readSince(askedAt), credential, hashes);
}

/** A credential that was let in, by what it is kept as here: nothing that could be sent again. */
export type HeldCredential = { hashes: readonly string[] };

export function holdCredential(credential: Credential): HeldCredential {
  return { hashes: credentialHashes(credential).map(keyOf) };
}

/**
 * Which of these no longer open what they opened: revoked, ended, or without the scope. From what is read now.
 * @throws AppError TEMPORARILY_UNAVAILABLE when that cannot be said
 */
export async function findRevoked(held: readonly HeldCredential[], scope: Scope): Promise<Set<HeldCredential>> {
  const { known, readAt, begunAt } = await readSince(performance.now());
  const now = readAt + (performance.now() - begunAt);
  return new Set(
    held.filter(({ hashes }) => {
      const entry = hashes.map((hash) => known.get(hash)).find(Boolean);
      return !entry?.service.scopes.includes(scope) || (entry.endsAt !== null && entry.endsAt.getTime() <= now);
    }),
  );
}

/**
 * Whether a shared secret was switched off, and a service has to be used. While that cannot be read, what was known last holds: what
 * needs the database is refused by itself then, and what needs none says nothing that has to be kept.
 */
export async function isRetired(name: SharedSecret): Promise<boolean> {
  const last = state.snapshot;
  const known = await readSince(performance.now() - MAX_AGE_MS).catch(() => last);
  return known?.retired.has(name) ?? false;
}

/** For whoever has just changed something here: the next call sees it. */
export function forgetServices(): void {
  if (state.snapshot) state.snapshot = { ...state.snapshot, begunAt: Number.NEGATIVE_INFINITY };
  state.changedAt = performance.now();
}

/**
 * In milliseconds: the longer of what two clocks say. The one stands still while a machine sleeps, the other is set by people; one
 * that was set back says nothing.
 */
function ageOf({ begunAt, begunOn }: Begin): number {
  const [up, on] = [performance.now() - begunAt, Date.now() - begunOn];
  return on < 0 ? Number.POSITIVE_INFINITY : Math.max(up, on);
}

function find({ known, readAt, ...begin }: Snapshot, credential: Credential, hashes: string[]): Found | null {
  const entry = hashes.map((hash) => known.get(hash)).find(Boolean);
  if (!entry) return null;
  keepUnderCurrent("service", credential, { hash: entry.stored, hashedUnder: entry.hashedUnder, isSealed: true });
  const now = readAt + ageOf(begin);
  return { service: entry.service, hasEnded: entry.endsAt !== null && entry.endsAt.getTime() <= now };
}

/** What was read no earlier than `since`, and after the last change that was made here. */
async function readSince(since: number): Promise<Snapshot> {
  const earliest = Math.max(since, state.changedAt);
  const { snapshot } = state;
  if (!snapshot || snapshot.begunAt <= earliest || ageOf(snapshot) >= MAX_AGE_MS) return read(earliest);
  // Who is answered already does not hear of a failure; whoever comes too late for this one does.
  if (ageOf(snapshot) >= REFRESH_AFTER_MS) void read(0).catch(() => {});
  return snapshot;
}

/** One at a time, and none that was begun too early: it may lack what was made since then. */
async function read(earliest: number): Promise<Snapshot> {
  if (state.reading && state.reading.begunAt < earliest) await state.reading.done.catch(() => {});
  state.reading ??= beginReading();
  const snapshot = await state.reading.done;
  if (ageOf(snapshot) < MAX_AGE_MS) return snapshot;
  throw unavailable(1, { details: "The services could not be read in time." });
}

function beginReading(): Reading {
  const begin = { begunAt: performance.now(), begunOn: Date.now() };
  const done = readAll(begin).finally(() => {
    state.reading = null;
  });
  return { begunAt: begin.begunAt, done };
}

async function readAll(begin: Begin): Promise<Snapshot> {
  const rows = await throughBreaker(() => lookUp(READ, {}));
  const known = new Map<string, Known>();
  for (const row of rows) {
    if (row.hash === null || row.id === null) continue;
    const service = {
      id: row.id,
      name: row.name ?? "",
      scopes: (row.scopes ?? []) as Scope[],
      networks: row.networks?.length ? toBlockList(row.networks) : null,
      owners: row.owners?.length ? new Set(row.owners) : null,
      maxCreditsPerReport: row.max_credits_per_report,
      maxCreditsPerMinute: row.max_credits_per_minute,
    };
    known.set(keyOf(row.hash), { service, endsAt: row.ends_at, stored: row.hash, hashedUnder: row.hashed_under });
  }
  const [first] = rows;
  state.snapshot = { known, retired: new Set(first?.retired), readAt: first?.read_at.getTime() ?? 0, ...begin };
  return state.snapshot;
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString("latin1");
}

/** Ranges as the schema lets them in. */
export function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits = ""] = range.split("/");
    list.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return list;
}
