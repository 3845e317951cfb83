import "server-only";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type SnapshotList, type StateLine, signedTextOfSnapshot } from "@latchkey/rule/feed";
import { sql } from "@/lib/database/client";
import { bytes, int, statement, text, texts, uuid } from "@/lib/database/statements";
import { withoutDeadline } from "@/lib/request/deadline";
import { log } from "@/lib/settings/log";
import { causeOf } from "@/lib/values/errors";
import { currentSecretId, knownSecrets } from "@/lib/verification/hash-secrets";
import { pollFeed } from "./poll";
import { sha256Of, toLine } from "./rounds";
import { signText } from "./signing";
import { type Opening, openPrimary } from "./state";
import { keyPage, ownerPage } from "./states";

/** Keys or owners of a page: some 1.3 MB, 0.5 compressed. */
const PAGE_ROWS = 5_000;
/** Whoever begins with an older snapshot has more to catch up with than is worth it. */
const MAX_CHANGES_SINCE = 20_000;
/** So long an answer waits for a snapshot that is being made. */
const PATIENCE_MS = 3_000;
/** Nobody builds who has not told of it for so long. */
const ABANDONED_SECONDS = 60;

const zip = promisify(gzip);

const LATEST = statement(
  "latest-snapshot",
  { id: int, epoch: uuid, history: text, cursor: text, keys: int, owners: int, pages: texts },
  `SELECT id, epoch, history, cursor, keys, owners, pages FROM feed_snapshots
   WHERE epoch = $epoch::uuid AND history = $history ORDER BY id DESC LIMIT 1`,
);
const CLAIM = statement(
  "claim-snapshot",
  { one: text },
  `UPDATE feed_state SET building_since = now()
   WHERE building_since IS NULL OR building_since < now() - interval '${ABANDONED_SECONDS} seconds' RETURNING 'claimed' AS one`,
);
const GO_ON = statement("go-on-with-snapshot", {}, "UPDATE feed_state SET building_since = now()");
const RELEASE = statement("release-snapshot", {}, "UPDATE feed_state SET building_since = NULL");
const ADD_PAGE = statement(
  "add-feed-page",
  {},
  `INSERT INTO feed_pages (sha256, content) VALUES ($sha256, $content)
   ON CONFLICT (sha256) DO UPDATE SET content = excluded.content, added_at = now()`,
);
const ADD = statement(
  "add-snapshot",
  {},
  `INSERT INTO feed_snapshots (epoch, history, cursor, keys, owners, pages)
   VALUES ($epoch::uuid, $history, $cursor, $keys::int, $owners::int, $pages::text[])`,
);
const PAGE = statement("feed-page", { content: bytes }, "SELECT content FROM feed_pages WHERE sha256 = $sha256");

let building: Promise<void> | undefined;

/** All keys and owners, as a list of pages; null while it is being made. */
export async function findSnapshot(place: Opening): Promise<SnapshotList | null> {
  const latest = await findUsable(place);
  if (latest) return latest;
  building ??= withoutDeadline(build).finally(() => {
    building = undefined;
  });
  await Promise.race([building.catch(() => {}), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
  return findUsable(place);
}

/** Done when the snapshot that this process makes is made, or given up. Never rejects. */
export async function snapshotBuilt(): Promise<void> {
  await building?.catch(() => {});
}

async function findUsable(place: Opening): Promise<SnapshotList | null> {
  const [latest] = await sql(LATEST, { epoch: place.epoch, history: place.history });
  if (!latest) return null;
  const since = await pollFeed(sql, { ...place, cursor: latest.cursor, mark: null });
  if (since.kind !== "round" || since.keys.length + since.owners.length > MAX_CHANGES_SINCE) return null;
  const { id, ...list } = latest;
  if (!(await isReadable(id, list.pages))) return null;
  return { ...list, signature: signText(signedTextOfSnapshot(list)) };
}

let readable: string | undefined;

/** One that was made under a KEY_HASH_SECRET that is not set here is of no use. */
async function isReadable(id: number, [first]: readonly string[]): Promise<boolean> {
  const looked = `${id} ${currentSecretId()}`;
  if (looked !== readable && first !== undefined && !(await readPage(first))) return false;
  readable = looked;
  return true;
}

/**
 * The cursor first and then the pages, each by a statement of its own: what changes meanwhile follows from the cursor, and of two
 * states of a key the later one holds.
 */
async function build(): Promise<void> {
  const [claimed] = await sql(CLAIM, {});
  // Another server is at it.
  if (!claimed) return;
  try {
    const { epoch, history, cursor } = await openPrimary(sql);
    const pages: string[] = [];
    const counts = { keys: 0, owners: 0 };
    const add = async (lines: readonly StateLine[], of: keyof typeof counts) => {
      counts[of] += lines.length;
      pages.push(await addPage(lines.map(toLine).join("")));
      await sql(GO_ON, {});
    };
    for (let after: string | null = null; ; ) {
      const { lines, lastId }: Awaited<ReturnType<typeof ownerPage>> = await ownerPage(after, PAGE_ROWS, sql);
      if (lines.length > 0) await add(lines, "owners");
      if (lastId === null) break;
      after = lastId;
    }
    for (let after = 0; ; ) {
      const { lines, lastId } = await keyPage(after, PAGE_ROWS, sql);
      if (lines.length > 0) await add(lines, "keys");
      if (lastId === null) break;
      after = lastId;
    }
    await sql(ADD, { epoch, history, cursor, ...counts, pages });
    log.info({ ...counts, pages: pages.length }, "a snapshot of the feed was made");
  } catch (error) {
    log.error(causeOf(error), "a snapshot of the feed could not be made");
  } finally {
    await sql(RELEASE, {}).catch(() => {});
  }
}

async function addPage(lines: string): Promise<string> {
  const sha256 = sha256Of(lines);
  await sql(ADD_PAGE, { sha256, content: encrypt(await zip(lines, { level: 1 }), sha256) });
  return sha256;
}

/** A page as it goes out: lines, compressed with gzip. Null where there is none, or none that is readable any more. */
export async function readPage(sha256: string): Promise<Buffer | null> {
  const [page] = await sql(PAGE, { sha256 });
  return page ? decrypt(page.content, sha256) : null;
}

const NONCE = 12;
const TAG = 16;

/** Digests of credentials stand in no table in clear, and in no backup. */
function encrypt(content: Buffer, sha256: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", keyOf(knownSecrets()[0] ?? ""), nonce).setAAD(Buffer.from(sha256));
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(stored: Buffer, sha256: string): Buffer | null {
  for (const secret of knownSecrets()) {
    const cipher = createDecipheriv("aes-256-gcm", keyOf(secret), stored.subarray(0, NONCE)).setAAD(Buffer.from(sha256));
    cipher.setAuthTag(stored.subarray(-TAG));
    try {
      return Buffer.concat([cipher.update(stored.subarray(NONCE, -TAG)), cipher.final()]);
    } catch {
      // Another secret made it.
    }
  }
  return null;
}

function keyOf(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", "latchkey feed pages 1", 32));
}
