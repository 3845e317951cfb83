import { setTimeout as pause } from "node:timers/promises";
import { hasPgBouncer } from "../../tests/support/pgbouncer";
import { agree } from "./agreement";
import { clockMissing, openWithClockOff } from "./clocks";
import { exhaustConnections, lockRow } from "./contention";
import { type Drill, type Finding, type Row, type Weather, weatherOver } from "./drill";
import { failOver } from "./failover";
import { type Ground, openEmbeddedGround, openOwnGround } from "./ground";
import { blockMigration } from "./migrations";
import { freezeDatabase, freezePortal, killBackend, killPostmaster, killServer, killStarter, stopDatabase } from "./outages";
import { liveWhole, openPooledGround } from "./pooler";
import { race } from "./races";
import { diskMissing, fillDisk, openSmallDisk, refuseWrites } from "./refusals";
import { forgetIdleOnes, garble, silenceNewOnes, silenceOpenOnes } from "./silence";
import { restartInTurn, restoreBackup, rotateSecret } from "./upkeep";
import { revokeUnderVerifiers } from "./verifiers";

const SECOND = 1000;

type Options = NonNullable<Parameters<typeof weatherOver>[3]> & Pick<Drill, "missing">;

function named(title: string, run: (title: string) => Promise<Row>, missing?: Drill["missing"]): Drill {
  return { name: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), title, missing, run: () => run(title) };
}

function drill<G extends Ground>(
  title: string,
  open: () => Promise<G>,
  happen: (ground: G, weather: Weather) => Promise<Finding[]>,
  { missing, ...options }: Options = {},
): Drill {
  return named(title, () => weatherOver(open, title, happen, options), missing);
}

const own = () => openOwnGround();
const byNeon = () => openOwnGround({ driver: "neon" });
const embedded = () => openEmbeddedGround();

export const DRILLS: readonly Drill[] = [
  drill("silent connections", own, (ground, weather) => silenceOpenOnes(ground, weather, 20 * SECOND)),
  drill("silent connections by Neon's driver", byNeon, (ground, weather) => silenceOpenOnes(ground, weather, 20 * SECOND)),
  drill("silent new connections", own, (ground, weather) => silenceNewOnes(ground, weather, 20 * SECOND)),
  drill("idle connections forgotten", own, (ground, weather) => forgetIdleOnes(ground, weather, 5 * SECOND)),
  drill("locked row", embedded, (ground, weather) => lockRow(ground, weather, 20 * SECOND, 500)),
  drill("frozen database", embedded, (ground, weather) => freezeDatabase(ground, weather, 30 * SECOND)),
  drill("stopped 1 s", own, (ground, weather) => stopDatabase(ground, weather, SECOND)),
  drill("stopped 30 s", own, (ground, weather) => stopDatabase(ground, weather, 30 * SECOND)),
  drill("stopped 5 min", own, (ground, weather) => stopDatabase(ground, weather, 300 * SECOND)),
  drill("full disk", openSmallDisk, (ground, weather) => fillDisk(ground, weather, 20 * SECOND), { missing: diskMissing }),
  drill("read-only", embedded, (ground, weather) => refuseWrites(ground, weather, 20 * SECOND)),
  drill("connections exhausted", embedded, (ground, weather) => exhaustConnections(ground, weather, 20 * SECOND)),
  drill("garbage", own, (ground, weather) => garble(ground, weather, 20 * SECOND)),
  drill("PgBouncer in transaction mode", openPooledGround, liveWhole, { missing: () => (hasPgBouncer() ? null : "pgbouncer") }),
  drill("migration blocked", own, (ground, weather) => blockMigration(ground, weather, 20 * SECOND)),
  drill("kill -9 starter", embedded, killStarter, { portalStoppedMs: 30 * SECOND }),
  drill("kill -9 server", embedded, killServer, { portalStoppedMs: 30 * SECOND }),
  drill("kill -9 backend", embedded, killBackend),
  drill("kill -9 postmaster", embedded, killPostmaster),
  drill("server stopped 30 s", embedded, (ground, weather) => freezePortal(ground, weather, 30 * SECOND), {
    portalStoppedMs: 30 * SECOND,
  }),
  drill(
    "clock 10 min ahead",
    () => openWithClockOff(10),
    () => pause(10 * SECOND, []),
    { missing: clockMissing },
  ),
  drill(
    "clock 10 min behind",
    () => openWithClockOff(-10),
    () => pause(10 * SECOND, []),
    { missing: clockMissing },
  ),
  named("memory and the portal agree", agree),
  named("revocations under 8 verifiers", revokeUnderVerifiers),
  named("failover to a standby, and an older copy", failOver),
  named("rolling restart from the commit before", restartInTurn),
  drill("backup restored", embedded, restoreBackup, { portalStoppedMs: 60 * SECOND, mayForget: true }),
  drill("secret rotated", embedded, rotateSecret, { portalStoppedMs: 30 * SECOND }),
  drill("two instances racing", own, race),
];
