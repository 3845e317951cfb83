import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Actor, type CurrentUser, SYSTEM_ACTOR } from "../../lib/audit/actors";
import { requireReporter } from "../../lib/doors/guards";
import { createKey } from "../../lib/keys/create";
import { keepHouse } from "../../lib/operations/housekeeping";
import { log } from "../../lib/settings/log";
import { recordUsage } from "../../lib/usage/record";
import { countReplayable } from "../../lib/usage/replayable";
import { getUsageReport } from "../../lib/usage/report";
import { signUsage, signUsageAt } from "../../lib/usage/signature";
import { randomEmail, shared } from "../support/client";
import { whileLocked } from "../support/races";
import { ownDatabase, type ScratchDatabase } from "../support/scratch-database";

// A portal that bounds how far reports take a balance, and wants signatures of the second form.

let database: ScratchDatabase;

beforeAll(async () => {
  database = await ownDatabase();
  Object.assign(process.env, { MAX_OVERDRAFT: "500", USAGE_SIGNATURE: "v2" });
});
afterAll(() => database.drop());

async function newOwner(credits = 1000): Promise<{ id: string; key: string }> {
  const [user] = await database.query<{ id: string }>(
    "INSERT INTO users (id, email, name) VALUES (gen_random_uuid(), $1, 'Asha Mrema') RETURNING id",
    [randomEmail()],
  );
  const id = user?.id ?? "";
  if (credits)
    await database.query("INSERT INTO credit_entries (user_id, amount, kind) VALUES ($1, $2, 'signup')", [id, credits]);
  const { key } = await createKey(SYSTEM_ACTOR, id, { name: "Key", permissions: ["read"], expiresAt: null, format: "mf_live" });
  return { id, key };
}

async function stateOf({ id }: { id: string }) {
  const [row] = await database.query(
    `SELECT credits::int AS balance, (SELECT sum(amount)::int FROM credit_entries WHERE user_id = u.id) AS ledger,
       (SELECT count(*)::int FROM usage_events WHERE user_id = u.id) AS calls,
       (SELECT sum(credits)::int FROM usage_days WHERE user_id = u.id) AS cost,
       (SELECT credits::int FROM uncharged_usage WHERE user_id = u.id) AS uncharged FROM users u WHERE id = $1`,
    [id],
  );
  return row;
}
const audited = async ({ id }: { id: string }) =>
  (
    await database.query<{ after: { credits: number } }>(
      "SELECT after FROM audit_entries WHERE action = 'user.usage_not_charged' AND target_id = $1 ORDER BY id",
      [id],
    )
  ).map(({ after }) => after.credits);
const anHourPasses = ({ id }: { id: string }) =>
  database.query("UPDATE uncharged_usage SET audited_at = audited_at - interval '61 minutes' WHERE user_id = $1", [id]);

describe("MAX_OVERDRAFT", () => {
  test("bounds what one report takes: the call is counted, and what exceeds the bound is not charged", async () => {
    const owner = await newOwner();
    const costly = [{ id: "1", apiKey: owner.key, delta: 1_000_000 }];
    expect(await recordUsage(costly, { one: { bodyHash: null, isReplayable: true } })).toStrictEqual(["accepted"]);
    expect(await recordUsage(costly)).toStrictEqual(["duplicate"]);
    expect(await stateOf(owner)).toStrictEqual({ balance: -500, ledger: -500, calls: 1, cost: 1_000_000, uncharged: 998_500 });
    expect(await audited(owner)).toStrictEqual([998_500]);
    expect(await countReplayable()).toBe(1);
    const user = { id: owner.id, email: "", sessionId: null, actor: {} as Actor } as CurrentUser;
    const { uncharged } = await getUsageReport(user, { days: 7, key: null });
    expect(uncharged).toStrictEqual({ credits: 998_500, lastAt: expect.any(Date) });
  });

  test("leaves alone what stays within it, and a balance that was further down before", async () => {
    const [within, below] = [await newOwner(), await newOwner(-2000)];
    await recordUsage([within, below].map(({ key }, index) => ({ id: String(index), apiKey: key, delta: 1500 })));
    expect(await stateOf(within)).toMatchObject({ balance: -500, ledger: -500, uncharged: null });
    expect(await stateOf(below)).toMatchObject({ balance: -2000, ledger: -2000, calls: 1, uncharged: 1500 });
    expect(await audited(within)).toStrictEqual([]);
  });

  test("holds for batches of eight reporters at once, and is audited once an hour with what came since", async () => {
    const owner = await newOwner();
    const lock = { text: "SELECT 1 FROM users WHERE id = $1 FOR UPDATE", values: [owner.id] };
    const batch = () => Array.from({ length: 10 }, () => ({ id: randomUUID(), apiKey: owner.key, delta: 30 }));
    // Two of one owner at a time hold a connection; the others wait for their turn.
    await whileLocked(lock, 2, () => Promise.all(Array.from({ length: 8 }, () => recordUsage(batch()))), database.url);
    expect(await stateOf(owner)).toStrictEqual({ balance: -500, ledger: -500, calls: 80, cost: 2400, uncharged: 900 });
    expect(await audited(owner)).toStrictEqual([300]);

    await anHourPasses(owner);
    await recordUsage([{ id: randomUUID(), apiKey: owner.key, delta: 7 }]);
    expect(await audited(owner)).toStrictEqual([300, 607]);
    await recordUsage([{ id: randomUUID(), apiKey: owner.key, delta: 8 }]);
    const told = vi.spyOn(log, "warn");
    await keepHouse();
    expect(told.mock.calls).toStrictEqual([[{ calls: 1, days: 7 }, "usage reports that could be replayed"]]);
    told.mockRestore();
    expect(await audited(owner)).toStrictEqual([300, 607]);
    await anHourPasses(owner);
    const warned = vi.spyOn(log, "warn");
    for (let twice = 0; twice < 2; twice += 1) await keepHouse();
    // Once a day, and that was the first time.
    expect(warned).not.toHaveBeenCalled();
    expect(await audited(owner)).toStrictEqual([300, 607, 8]);
    expect(await stateOf(owner)).toMatchObject({ uncharged: 915 });
  });
});

test("USAGE_SIGNATURE=v2 accepts no signature of the first form", async () => {
  const secret = shared().settings.USAGE_WEBHOOK_SECRET ?? "";
  const body = Buffer.from("{}");
  const read = async (signature: string) =>
    (await requireReporter(new Request("http://localhost/usage", { headers: { "x-signature": signature } }), body)).signature;
  const signedAt = new Date(1_700_000_000_000);
  expect(await read(signUsageAt(signedAt, { body, id: null }, secret))).toStrictEqual({ form: "v2", signedAt });
  await expect(read(signUsage(body, secret))).rejects.toThrow("Invalid signature");
});
