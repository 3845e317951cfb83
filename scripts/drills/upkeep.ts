import { execFile } from "node:child_process";
import path from "node:path";
import { newFolder } from "../../tests/support/launch";
import { cleanEnvironment, randomSecret, until } from "../../tests/support/server";
import type { Finding, Row, Weather } from "./drill";
import type { Ground } from "./ground";
import { rollingRestart } from "./rolling-restart";

/** Two instances of the commit before become two of this one, one after the other. */
export async function restartInTurn(title: string): Promise<Row> {
  const { answered, failed, notes } = await rollingRestart();
  return { drill: title, answered, findings: [{ says: `failed 0 (${failed})`, holds: failed === 0 }], notes: [notes] };
}

/** A backup is made while callers call, and restored to an empty folder, from which the portal goes on. */
export async function restoreBackup(ground: Ground, { away }: Weather): Promise<Finding[]> {
  const file = path.join(newFolder("backup"), "portal.backup");
  const empty = newFolder("restored");
  const made = await command(["backup", file], ground, ground.portal.dataDirectory);
  const restored = await away(async () => {
    await ground.portal.stop();
    const status = await command(["restore", file], ground, empty);
    await ground.startAgain({}, empty);
    return status;
  });
  return [{ says: `backup and restore end well (exit ${made} and ${restored})`, holds: made === 0 && restored === 0 }];
}

/** KEY_HASH_SECRET is replaced; keys that are used move to the new one, and the former one is forgotten. */
export async function rotateSecret(ground: Ground, { away }: Weather): Promise<Finding[]> {
  const restart = (settings: Record<string, string>) =>
    away(async () => {
      await ground.portal.stop();
      await ground.startAgain(settings);
    });
  const hashes = async () =>
    (await ground.query<{ hash: string }>("SELECT encode(credential_hash, 'hex') AS hash FROM api_keys")).map(({ hash }) => hash);
  const before = await hashes();
  const fresh = { KEY_HASH_SECRET: randomSecret() };
  await restart({ ...fresh, KEY_HASH_SECRET_PREVIOUS: ground.settings.KEY_HASH_SECRET ?? "" });
  const isMoved = await until(async () => !(await hashes()).some((hash) => before.includes(hash)), "keys to move", 30).then(
    () => true,
    () => false,
  );
  await restart(fresh);
  return [{ says: "keys that are used move to the new secret", holds: isMoved }];
}

function command(args: string[], { settings }: Ground, dataDirectory: string): Promise<number> {
  const env = { ...cleanEnvironment(), ...settings, DATA_DIR: dataDirectory };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--conditions=react-server", "scripts/run.mjs", ...args], { env }, (error) =>
      resolve(error ? Number(error.code) : 0),
    );
  });
}
