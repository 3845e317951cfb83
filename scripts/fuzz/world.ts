import { randomBytes } from "node:crypto";
import { SCOPES } from "../../packages/rule/services";
import type { OpenApi } from "../../tests/support/conformance";
import { closeQueries, query } from "../../tests/support/database";
import { begin } from "../../tests/support/feed";
import { keptSettings } from "../../tests/support/kept-settings";
import { type Launched, launch } from "../../tests/support/launch";
import { migratedFolder } from "../../tests/support/migrated";
import { type Portal, sharePortal } from "../../tests/support/portal";
import { startServer, type TestServer } from "../../tests/support/server";
import { newService } from "../../tests/support/services";
import { superuserUrl } from "../postgres";
import type { Verifier } from "./fills";
import { newCrowdedPerson, type Person } from "./people";

/** Where something is the matter, so that what the document says of that can be seen. */
export type Trouble = "unset" | "cutOff" | "strict";

/** A portal as `npm start` starts it, and servers beside it that lack something. */
export type World = {
  portal: Portal;
  document: OpenApi;
  troubles: Record<Trouble, TestServer>;
  crowded: Person;
  /** The credential of a service with all scopes, and of one that has none of those that are asked for. */
  services: { wide: string; narrow: string };
  /** A process that follows the feed, of the service with all scopes. */
  verifier: Verifier;
  /** What all servers have printed. */
  output(): string;
  /** The lines of the portal itself that tell of a failure of ours. */
  errors(): string[];
  close(): Promise<void>;
};

/** Attempts are not what is tested here, but where they are. */
const ROOMY = { AUTH_RATE_LIMIT_PER_MINUTE: "1000000", WRITES_PER_MINUTE: "1000000" };
const NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/latchkey";
/** Keys of samples get numbers that no cut or changed number of another one hits. */
const FIRST_NUMBER = 1_000_000;

/** Does something in a world of its own, which is closed when that has ended. */
export async function inWorld<Result>(work: (world: World) => Promise<Result>): Promise<Result> {
  const world = await openWorld();
  return work(world).finally(world.close);
}

async function openWorld(): Promise<World> {
  const started = await launch({ dataDirectory: await migratedFolder(), env: ROOMY });
  await started.ready();
  const portal = portalOf(started);
  sharePortal(portal);
  await query(`ALTER SEQUENCE api_keys_id_seq RESTART ${FIRST_NUMBER}`);
  const beside = { ...portal.settings, APP_URL: portal.url };
  const [unset, cutOff, strict, crowded, wide, narrow, document] = await Promise.all([
    startServer({ ...beside, BETTER_AUTH_SECRET: "", KEY_HASH_SECRET: "", ...noSecrets() }),
    startServer({ ...beside, DATABASE_URL: NOWHERE }),
    startServer({ ...beside, AUTH_RATE_LIMIT_PER_MINUTE: "1", WRITES_PER_MINUTE: "1", MAX_KEYS_PER_USER: "1" }),
    newCrowdedPerson(),
    newService({ scopes: SCOPES }),
    newService({ scopes: ["leases"] }),
    fetch(`${portal.url}/api/openapi.json`).then((served) => served.json() as Promise<OpenApi>),
  ]);
  const troubles = { unset, cutOff, strict };
  const verifier = await newVerifier(wide.credential, portal.url);
  return {
    verifier,
    portal,
    document,
    troubles,
    crowded,
    services: { wide: wide.credential, narrow: narrow.credential },
    output: () => [started, ...Object.values(troubles)].map((server) => server.output()).join("\n"),
    errors: () =>
      started
        .output()
        .split("\n")
        // The identity library calls it an error when it refuses somebody; what is to be tried again is judged by its answer.
        .filter((line) => line.includes('"level":"error"') && !/"source":"better-auth"|TEMPORARILY_UNAVAILABLE/.test(line)),
    close: async () => {
      await Promise.all(Object.values(troubles).map((server) => server.stop("SIGKILL")));
      await closeQueries(portal.operatorUrl);
      await started.stop();
      sharePortal(undefined);
    },
  };
}

async function newVerifier(credential: string, url: string): Promise<Verifier> {
  const { session, token, epoch, snapshot } = await begin(credential, {}, url);
  const [change] = await query<{ name: string }>(
    "INSERT INTO key_changes (kind, user_id, narrows) SELECT 'o', id, true FROM users LIMIT 1 RETURNING seq || '.' || xid AS name",
  );
  return { session, token, epoch, cursor: snapshot?.cursor ?? "", page: snapshot?.pages[0] ?? "", change: change?.name ?? "" };
}

function portalOf({ url, dataDirectory }: Launched): Portal {
  return { url, settings: { ...keptSettings(dataDirectory), ...ROOMY }, operatorUrl: superuserUrl(dataDirectory) };
}

function noSecrets(): Record<string, string> {
  return { ADMIN_API_SECRET: "", SERVICE_API_SECRET: "", USAGE_WEBHOOK_SECRET: "" };
}

/** A text that was not there before, short and without any meaning. */
export function newMark(): string {
  return randomBytes(6).toString("hex");
}
