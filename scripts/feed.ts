import { disconnect, sql } from "../lib/database/client";
import { feedKey } from "../lib/feed/signing";
import { type FeedStatus, readFeedStatus, renewEpoch } from "../lib/feed/state";
import { explainDatabaseError } from "./database-failure";
import { Failure } from "./failure";
import { withDatabase } from "./migrate";

const USAGE = `Say what to do:
  npm run feed -- status      says of which epoch the feed is, whether it has to begin anew, and its public key
  npm run feed -- new-epoch   has everybody who verifies fetch everything anew: after the database was restored by other means
                              than "npm run restore", and when a KEY_HASH_SECRET was taken away`;

const COMMANDS: Record<string, () => Promise<string[]>> = { status, "new-epoch": renew };

export async function main([name = "", ...rest]: string[]): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || rest.length > 0) throw new Failure(USAGE);
  const lines = await withDatabase(() =>
    command()
      .catch((error: unknown) => {
        throw explainDatabaseError(error);
      })
      .finally(disconnect),
  );
  console.log(lines.join("\n"));
}

async function status(): Promise<string[]> {
  const key = feedKey();
  return [
    ...describe(await readFeedStatus(sql)),
    key === null
      ? "FEED_SIGNING_KEY is not set, so nobody may follow the feed."
      : `Verifiers know it by LATCHKEY_FEED_KEY=${key}`,
  ];
}

async function renew(): Promise<string[]> {
  const { epoch } = await readFeedStatus(sql);
  await renewEpoch(sql, epoch);
  const now = await readFeedStatus(sql);
  return [`The epoch is ${now.epoch} now. Whoever verifies fetches everything anew.`];
}

export function describe({ epoch, history, isSameHistory, hasLostSecret, cutTakenAt }: FeedStatus): string[] {
  return [
    `Epoch ${epoch}.`,
    history === null ? "Nobody has asked yet." : `History ${history}.`,
    ...(isSameHistory ? [] : ["The database has another history now. The next to ask begins a new epoch."]),
    ...(hasLostSecret
      ? ["A KEY_HASH_SECRET of this epoch is not set any more. Once no server has it: npm run feed -- new-epoch."]
      : []),
    cutTakenAt
      ? `Changes up to ${cutTakenAt.toISOString()} are removed: whoever was away for longer fetches everything anew.`
      : "No change was removed yet.",
  ];
}
