import { selectState } from "@latchkey/rule/sql";
import { keyState } from "@latchkey/rule/status";
import { expect, test } from "vitest";
import { query } from "../support/client";

const NOW = new Date("2026-06-15T12:00:00Z");
const HOUR_MS = 3600 * 1000;
const at = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS);
/** Around each instant at which the rule changes its mind. */
const EXPIRIES = [null, at(-1), NOW, at(1), at(7 * 24 - 1), at(7 * 24), at(7 * 24 + 1)];
const REPLACEMENTS = [null, at(-1), NOW, at(1)];
const REVOCATIONS = [null, at(-1), NOW];

test("a query and the program give every key the same state", async () => {
  const lives = EXPIRIES.flatMap((expiresAt) =>
    REPLACEMENTS.flatMap((replacedUntil) =>
      REVOCATIONS.flatMap((revokedAt) =>
        REVOCATIONS.map((disabledAt) => ({ expiresAt, replacedUntil, revokedAt, disabledAt, deletedAt: null })),
      ),
    ),
  );
  const rows = await query<{ state: string }>(
    `SELECT ${selectState({ key: "life", now: "$2::timestamptz" })} AS state FROM jsonb_to_recordset($1::jsonb)
       AS life(number int, expires_at timestamptz, replaced_until timestamptz, revoked_at timestamptz, disabled_at timestamptz) ORDER BY number`,
    [
      JSON.stringify(
        lives.map(({ expiresAt, replacedUntil, revokedAt, disabledAt }, number) => ({
          number,
          expires_at: expiresAt,
          replaced_until: replacedUntil,
          revoked_at: revokedAt,
          disabled_at: disabledAt,
        })),
      ),
      NOW,
    ],
  );
  expect(rows.map(({ state }) => state)).toStrictEqual(lives.map((life) => keyState(life, NOW)));
  expect(new Set(rows.map(({ state }) => state)).size).toBe(6);
});
