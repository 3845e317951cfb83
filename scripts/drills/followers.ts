import { setTimeout as pause } from "node:timers/promises";
import { begin, Replica } from "../../tests/support/feed";
import { until } from "../../tests/support/server";
import { addService } from "../../tests/support/services";
import type { Ground } from "./ground";

export const BOUND_MS = 2_000;
const FRESH_SECONDS = 10;

type Ask = Ground["query"];

/** A credential for the feed of this ground. */
export async function newFeedService({ query, settings }: Ground): Promise<string> {
  const service = await addService(query, settings.KEY_HASH_SECRET ?? "", { scopes: ["feed"] });
  return service.credential;
}

/** A process that follows the feed, and begins anew when it is told to. */
export class Follower {
  replica: Replica | null = null;
  resets = 0;
  private isOver = false;

  constructor(
    readonly token: string,
    readonly address: string,
  ) {
    void this.run();
  }

  get lastFrame(): number {
    return this.replica?.frames.at(-1)?.as_of ?? 0;
  }

  stop(): void {
    this.isOver = true;
    this.replica?.stop();
  }

  /** Whether it has each key as the table has it. */
  async holdsAll(ask: Ask): Promise<boolean> {
    const rows = await ask<{ uuid: string; rev: string; revoked: boolean; name: string }>(
      "SELECT uuid, rev, revoked_at IS NOT NULL AS revoked, name FROM api_keys",
    );
    return rows.every(({ uuid, rev, revoked, name }) => {
      const line = this.replica?.keys.get(uuid);
      return line?.rev === Number(rev) && line.name === name && (line.st === "revoked") === revoked;
    });
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      try {
        const begun = await begin(this.token, {}, this.address);
        const replica = new Replica(begun, this.token, this.address);
        await replica.load();
        this.replica = replica;
        let isKnown = true;
        while (!this.isOver && isKnown) {
          const heard = replica.frames.length;
          replica.follow();
          await until(() => replica.isOver, "a stream to end", 600);
          // A database of before knows nothing of the session.
          isKnown = replica.frames.length > heard && !replica.others.some(({ t }) => t === "reset");
        }
        if (replica.others.some(({ t }) => t === "reset")) this.resets += 1;
      } catch {
        // The portal has no database at the moment.
      }
      await pause(100);
    }
  }
}

/** Follows the feed of a ground until it is asked what became of that. */
export async function followThrough(ground: Ground): Promise<() => Promise<{ says: string; holds: boolean }[]>> {
  const follower = new Follower(await newFeedService(ground), ground.address);
  const isFresh = async () => {
    const [row] = await ground.query<{ now: Date }>("SELECT now() AS now");
    return follower.lastFrame > Number(row?.now) - BOUND_MS;
  };
  await until(isFresh, "whoever follows the feed to be fresh");
  return async () => {
    const isFreshAgain = await until(isFresh, "whoever follows the feed to be fresh", FRESH_SECONDS).then(
      () => true,
      () => false,
    );
    const holdsAll = await follower.holdsAll(ground.query);
    follower.stop();
    return [
      { says: "whoever follows the feed is fresh again", holds: isFreshAgain },
      { says: `and holds what the database holds (${follower.resets} times from the start)`, holds: holdsAll },
    ];
  };
}
