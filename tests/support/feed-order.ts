import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { feedRun } from "../../lib/database/client";
import { type Place, pollFeed } from "../../lib/feed/poll";
import { openFeed } from "../../lib/feed/state";

export type OrderOptions = {
  /** Of the database that the feed of this process is of, not through a pooler that it may be behind. */
  url: string;
  /** At least so many, besides those that are undone. */
  changes: number;
  writers: number;
  /** Keys of a transaction. */
  keys: number;
  /** How long the open writer stays open, while the others write; without it, until they have ended. */
  openMs?: number;
};

export type OrderOutcome = {
  changes: number;
  undone: number;
  /** Of each poller: polls that were not answered, after which it went on; changes that it never saw, saw twice, or saw that there are none of; and rows that it has otherwise. */
  pollers: { rounds: number; failed: number; missed: number; twice: number; phantoms: number; differing: number }[];
  /** Changes that a cursor which is the last number seen has missed, and whether the open writer's is among them. */
  missedByNumber: number;
  hasMissedOpen: boolean;
};

const KEYS_OF_WRITER = 50;
/** While a writer is open no old version of a row is cleared away, and each change passes by all of them. */
const CHANGES_OF_KEY = 50;

/**
 * Writers change keys in transactions: some are undone, some have a part undone by a savepoint or by an exception that a function
 * catches, and one is open all the time. Meanwhile two pollers keep what the feed tells them, and a third reads by number.
 */
export async function checkOrder({ url, changes, writers, keys, openMs }: OrderOptions): Promise<OrderOutcome> {
  const keysOfWriter = Math.max(KEYS_OF_WRITER, Math.ceil(changes / writers / CHANGES_OF_KEY));
  const pool = new pg.Pool({ connectionString: url, max: writers + 4 });
  pool.on("error", () => {});
  const open = await pool.connect();
  try {
    const first = await makeKeys(pool, writers * keysOfWriter);
    const before = await feedState(pool);
    let isOver = false;
    const pollers = [0, 3].map((pauseMs) => follow(pool, pauseMs, () => isOver));
    await Promise.all(pollers.map(({ begun }) => begun));
    const numbers = followNumbers(pool, before.last, () => isOver);

    await open.query("BEGIN");
    await open.query("UPDATE api_keys SET name = 'open' WHERE id = $1", [first - 1]);
    let [written, undone] = [0, 0];
    const write = async (writer: number) => {
      const client = await pool.connect();
      try {
        for (let turn = 0; written < changes; turn += 1) {
          const ids = Array.from(
            { length: keys },
            (_, index) => first + writer * keysOfWriter + ((turn * keys + index) % keysOfWriter),
          );
          const isKept = await writeOnce(client, ids, turn);
          if (isKept) written += keys;
          else undone += keys;
        }
      } finally {
        client.release();
      }
    };
    const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    await (openMs === undefined ? writing : Promise.race([pause(openMs), writing.then(() => pause(openMs))]));
    // The reader by number is past the open one's: it began first, and others have been read.
    await numbers.caughtUp();
    await open.query("COMMIT");
    await writing;
    isOver = true;

    const rows = await pool.query<{ seq: string; key_id: number }>(
      "SELECT seq, key_id FROM key_changes WHERE kind = 'k' AND seq > $1",
      [before.last],
    );
    const seqs = new Set(rows.rows.map(({ seq }) => Number(seq)));
    const table = await readKeys(pool, null);
    const outcomes = await Promise.all(
      pollers.map(async ({ done }) => {
        const { rounds, failed, seen, replica } = await done;
        const differing = [...table].filter(([id, state]) => id >= first - 1 && replica.get(id) !== state).length;
        const missed = [...seqs].filter((seq) => !seen.has(seq)).length;
        const phantoms = [...seen.keys()].filter((seq) => !seqs.has(seq)).length;
        return { rounds, failed, missed, twice: [...seen.values()].filter((times) => times > 1).length, phantoms, differing };
      }),
    );
    const byNumber = await numbers.done;
    const openSeqs = rows.rows.filter(({ key_id }) => key_id === first - 1).map(({ seq }) => Number(seq));
    return {
      changes: seqs.size,
      undone,
      pollers: outcomes,
      missedByNumber: [...seqs].filter((seq) => !byNumber.has(seq)).length,
      hasMissedOpen: openSeqs.length === 1 && openSeqs.every((seq) => !byNumber.has(seq)),
    };
  } finally {
    open.release(true);
    await pool.end();
  }
}

/** One key for the open writer, and then those of the others, each its own: nobody waits for anybody. */
async function makeKeys(pool: pg.Pool, count: number): Promise<number> {
  await pool.query(`
    CREATE OR REPLACE FUNCTION change_with_exception(ids int[], said text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE public.api_keys SET name = said WHERE id = ANY(ids);
      BEGIN
        UPDATE public.api_keys SET name = 'undone' WHERE id = ANY(ids);
        RAISE EXCEPTION 'caught';
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END $$`);
  const { rows } = await pool.query<{ first: number }>(
    `WITH owner AS (INSERT INTO users (id, email, name) VALUES (gen_random_uuid(), gen_random_uuid() || '@example.com', 'Owner') RETURNING id),
     made AS (
       INSERT INTO api_keys (uuid, user_id, name, format, hint, credential_hash, permissions)
       SELECT gen_random_uuid(), owner.id, 'key', 'mf_live', 'abcdef', sha256(gen_random_uuid()::text::bytea), '["read"]'
       FROM owner, generate_series(0, $1::int) n RETURNING id)
     SELECT min(id) + 1 AS first FROM made`,
    [count],
  );
  return rows[0]?.first ?? 0;
}

/** @returns whether it was kept */
async function writeOnce(client: pg.PoolClient, ids: number[], turn: number): Promise<boolean> {
  const said = `turn ${turn}`;
  const change = (name: string) => client.query("UPDATE api_keys SET name = $2 WHERE id = ANY($1::int[])", [ids, name]);
  const way = turn % 10;
  await client.query("BEGIN");
  if (way === 3) await client.query("SELECT change_with_exception($1::int[], $2)", [ids, said]);
  else if (way === 5) {
    await client.query("SAVEPOINT part");
    await change("undone");
    await client.query("ROLLBACK TO SAVEPOINT part; SAVEPOINT kept");
    await change(said);
    await client.query("RELEASE SAVEPOINT kept");
  } else await change(said);
  const isKept = way !== 7;
  await client.query(isKept ? "COMMIT" : "ROLLBACK");
  return isKept;
}

async function feedState(pool: pg.Pool): Promise<{ last: number }> {
  const { rows } = await pool.query<{ last: string }>("SELECT coalesce(max(seq), 0) AS last FROM key_changes");
  return { last: Number(rows[0]?.last) };
}

/** What a replica would hold of each key. */
async function readKeys(pool: pg.Pool, ids: number[] | null): Promise<Map<number, string>> {
  const { rows } = await pool.query<{ id: number; rev: string; name: string }>({
    name: "keys-of-replica",
    text: "SELECT id, rev, name FROM api_keys WHERE $1::int[] IS NULL OR id = ANY($1::int[])",
    values: [ids],
  });
  return new Map(rows.map(({ id, rev, name }) => [id, `${rev} ${name}`]));
}

/** Goes on as long as changes come, and once more when all is over. */
function follow(pool: pg.Pool, pauseMs: number, isOver: () => boolean) {
  const seen = new Map<number, number>();
  const replica = new Map<number, string>();
  const opening = (async () => {
    const place: (Place & { mark: null }) | null = await openFeed(feedRun).then((opened) => opened && { ...opened, mark: null });
    if (!place) throw new Error("The database is a standby.");
    for (const [id, state] of await readKeys(pool, null)) replica.set(id, state);
    return place;
  })();
  const done = (async () => {
    let { cursor, ...place } = await opening;
    let [rounds, failed] = [0, 0];
    for (;;) {
      const isLast = isOver();
      const round = await pollFeed(feedRun, { ...place, cursor }).catch(() => null);
      // As whoever polls goes on: from where it was.
      if (round === null) {
        failed += 1;
        await pause(50);
        continue;
      }
      if (round.kind !== "round") throw new Error(`A poll was answered with ${JSON.stringify(round)}.`);
      rounds += 1;
      cursor = round.to;
      for (const { seq } of round.changes) seen.set(seq, (seen.get(seq) ?? 0) + 1);
      if (round.keys.length > 0) {
        const revOf = (state: string | undefined) => Number(state?.split(" ")[0] ?? 0);
        for (const [id, state] of await readKeys(pool, round.keys))
          if (revOf(state) > revOf(replica.get(id))) replica.set(id, state);
      }
      if (isLast) return { rounds, failed, seen, replica };
      await pause(pauseMs);
    }
  })();
  done.catch(() => {});
  return { begun: opening, done };
}

/** As everybody writes it first. */
function followNumbers(pool: pg.Pool, from: number, isOver: () => boolean) {
  const seen = new Set<number>();
  let [last, turns] = [from, 0];
  const done = (async () => {
    for (;;) {
      const isLast = isOver();
      const { rows } = await pool.query<{ seq: string }>("SELECT seq FROM key_changes WHERE seq > $1 ORDER BY seq LIMIT 10000", [
        last,
      ]);
      for (const { seq } of rows) seen.add(Number(seq));
      last = Number(rows.at(-1)?.seq ?? last);
      turns += 1;
      if (isLast && rows.length === 0) return seen;
      await pause(2);
    }
  })();
  done.catch(() => {});
  /** Until it has read all that is there by now, but for what is open. */
  const caughtUp = async () => {
    for (const before = turns; turns < before + 2; ) await pause(2);
  };
  return { done, caughtUp };
}
