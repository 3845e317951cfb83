import { checkHealth } from "../lib/operations/health";
import { cautions, contradictions, isAddressGuessed, unsetSecrets } from "../lib/settings/contradictions";
import type { Env } from "../lib/settings/env";
import { log } from "../lib/settings/log";
import { MIGRATIONS, readMigrations } from "./migration-files";

/** `problems` keep a new portal from starting, or this one from working; `cautions` are to be looked at. Sentences, no values. */
export type Diagnosis = { problems: string[]; cautions: string[] };

/** Of the settings that the command was given, which should be the server's, and of the database behind them. */
export async function diagnose(env: Env): Promise<Diagnosis> {
  // What the build says to a server.
  process.env.LATCHKEY_MIGRATIONS = readMigrations(MIGRATIONS)
    .migrationDirectories.map(({ path }) => path)
    .join(",");
  // It would stand among what is printed, and says the same.
  log.level = "silent";
  const { database, migrations, clock } = await checkHealth();
  return {
    problems: [
      ...contradictions(env),
      ...(database === "ok" ? [] : [`The database does not work: ${database}.`]),
      ...(migrations.startsWith("pending") ? [`Migrations are ${migrations}: npm run migrate applies them.`] : []),
    ],
    cautions: [
      ...cautions(env),
      ...unsetSecrets(env),
      ...(clock ? [`The clock of this machine is ${clock}: switch on time synchronisation on both.`] : []),
      ...(isAddressGuessed(env)
        ? [`APP_URL is not set, so links and tokens name ${env.appUrl}: set it where others use the portal.`]
        : []),
    ],
  };
}

export function describeDiagnosis({ problems, cautions: found }: Diagnosis): string[] {
  const lines = [...problems.map((sentence) => `mend     ${sentence}`), ...found.map((sentence) => `look at  ${sentence}`)];
  return lines.length > 0 ? lines : ["Nothing to mend, nothing to look at."];
}
