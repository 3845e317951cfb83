import { WITH_PREVIOUS } from "../lib/settings/contradictions";
import type { Env } from "../lib/settings/env";
import { dayOf } from "../lib/values/days";
import { countLeftKeys, type LeftCounts, type LeftKey, listLeftKeys } from "../lib/verification/left-keys";

const SHOWN = 50;

export type SecretsReport = {
  /** Whether a former value is accepted as well. */
  settings: { name: (typeof WITH_PREVIOUS)[number]; hasPrevious: boolean }[];
  counts: LeftCounts;
  keys: LeftKey[];
};

/** Of the settings that the command was given, which should be the server's. */
export async function reportSecrets(env: Env): Promise<SecretsReport> {
  const counts = await countLeftKeys();
  const settings = WITH_PREVIOUS.map((name) => ({ name, hasPrevious: Boolean(env[`${name}_PREVIOUS`]) }));
  return { settings, counts, keys: await listLeftKeys(SHOWN) };
}

const WHAT = {
  former: "its credential is under the former KEY_HASH_SECRET",
  secret: "its secret is under the former KEY_HASH_SECRET",
  lost: "refused: it is under a KEY_HASH_SECRET that is not set",
};

export function describeSecrets({ settings, counts, keys }: SecretsReport): string[] {
  const rows = keys.map(
    ({ kind, email, name, masked, lastUsedAt }) =>
      `  ${email}  ${name}  ${masked}  ${lastUsedAt ? `last used ${dayOf(lastUsedAt)}` : "never used"}  ${WHAT[kind]}`,
  );
  const more = counts.former + counts.secret + counts.lost - keys.length;
  return [
    ...settings.map(({ name, hasPrevious }) => `${name.padEnd(22)}${hasPrevious ? "a former one is accepted" : "no former one"}`),
    "",
    ...summaryOf(counts),
    ...rows,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function summaryOf({ isRotating, former, secret, lost, services, lostServices }: LeftCounts): string[] {
  const lines: string[] = [];
  if (isRotating && former + secret + services === 0)
    lines.push("No key and no service needs KEY_HASH_SECRET_PREVIOUS any more: remove it.");
  if (isRotating && former + secret > 0)
    lines.push(
      `${keysOf(former)} not moved to the current KEY_HASH_SECRET yet, and the secret of ${secret} more. Each moves when it is used;`,
      "Admin → Keys → Former ends or regenerates the rest.",
    );
  if (isRotating && services > 0) lines.push(`${servicesOf(services)} not moved yet. Each moves when it is used.`);
  if (lost > 0) lines.push(`${keysOf(lost)} refused, because the KEY_HASH_SECRET that made the hashes is not set.`);
  if (lostServices > 0) lines.push(`${servicesOf(lostServices)} refused for the same reason.`);
  if (lines.length === 0) lines.push("KEY_HASH_SECRET is not being rotated.");
  return lines;
}

function keysOf(count: number): string {
  return `${count} ${count === 1 ? "key is" : "keys are"}`;
}

function servicesOf(count: number): string {
  return `${count} ${count === 1 ? "credential of a service is" : "credentials of services are"}`;
}
