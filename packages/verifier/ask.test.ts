import { expect, test } from "vitest";
import { Asker } from "./ask";
import { fakeWorld } from "./fake-world";

const CREDENTIAL = "sk_another_products_credential";
const VALID = {
  ...{ valid: true, code: "VALID", key_id: "k", name: "n", user_id: "u", permissions: ["read"], credits: 5, expires_at: null },
};
const NOT_FOUND = { valid: false, code: "NOT_FOUND", reason: "No key has this credential." };

function askerOf(answer: Parameters<typeof fakeWorld>[0], knowsAll = false, boundMs = 2_000) {
  const made = fakeWorld(answer);
  const troubles: string[] = [];
  return {
    ...made,
    troubles,
    asker: new Asker(
      made.world,
      () => knowsAll,
      boundMs,
      (reason) => troubles.push(reason),
    ),
  };
}

test("what is asked about at once is one question, and each question has its own answer", async () => {
  const { asker, sent } = askerOf(() => ({ status: 200, body: VALID }));
  const same = { permission: "read", cost: 2, secret: "s" };
  const verdicts = await Promise.all([1, 2, 3].map(() => asker.verify(CREDENTIAL, same)));
  expect(sent.map(({ body }) => body)).toStrictEqual([{ key: CREDENTIAL, ...same }]);
  expect(new Set(verdicts).size).toBe(1);
  expect(verdicts[0]).toStrictEqual({ source: "portal", ageMs: 0, ...VALID });
  await Promise.all([
    asker.verify(CREDENTIAL, {}),
    asker.verify(CREDENTIAL, { cost: 1 }),
    asker.verify(CREDENTIAL, { secret: "" }),
  ]);
  expect(sent).toHaveLength(4);
  // One that must not be old is not answered by one that is under way.
  await Promise.all([asker.verify(CREDENTIAL, {}), asker.verify(CREDENTIAL, {}, true)]);
  expect(sent).toHaveLength(6);
});

test("no call is answered by a question that was asked longer before it than the bound", async () => {
  const open: ((verdict: { status: number; body: object }) => void)[] = [];
  const { asker, sent, pass } = askerOf(() => new Promise((resolve) => open.push(resolve)), false, 500);
  const first = asker.verify(CREDENTIAL, {});
  await pass(500);
  const second = asker.verify(CREDENTIAL, {});
  await pass(1);
  // Revoked meanwhile: what was answered before that is for those who had asked by then.
  const third = asker.verify(CREDENTIAL, {});
  expect(sent).toHaveLength(2);
  open[0]?.({ status: 200, body: VALID });
  open[1]?.({ status: 200, body: { ...NOT_FOUND, code: "REVOKED" } });
  expect((await Promise.all([first, second, third])).map(({ code }) => code)).toStrictEqual(["VALID", "VALID", "REVOKED"]);
});

test("what no key had is not asked about again for a while, longer where all should be known", async () => {
  for (const [knowsAll, ms] of [
    [false, 2_000],
    [true, 5_000],
  ] as const) {
    const { asker, sent, pass } = askerOf(() => ({ status: 200, body: NOT_FOUND }), knowsAll);
    await asker.verify(CREDENTIAL, {});
    await pass(ms);
    expect(await asker.verify(CREDENTIAL, { cost: 5 })).toMatchObject({ code: "NOT_FOUND", source: "portal", ageMs: ms });
    expect(sent).toHaveLength(1);
    await pass(1);
    await asker.verify(CREDENTIAL, {});
    expect(sent, String(knowsAll)).toHaveLength(2);
  }
});

test("a flood of made-up credentials is no flood at the portal: fifty a second, fifty at once", async () => {
  const { asker, sent, pass } = askerOf(() => ({ status: 200, body: NOT_FOUND }));
  const flood = (from: number) => Promise.all(Array.from({ length: 200 }, (_, n) => asker.verify(`made-up-${from + n}`, {})));
  const codes = (await flood(0)).map(({ code }) => code);
  expect(codes.filter((code) => code === "NOT_FOUND")).toHaveLength(50);
  expect(codes.filter((code) => code === "UNAVAILABLE")).toHaveLength(150);
  await pass(500);
  await flood(1_000);
  expect(sent).toHaveLength(75);

  const hung = askerOf(() => new Promise(() => {}));
  const waiting = Array.from({ length: 60 }, (_, n) => hung.asker.verify(`made-up-${n}`, {}));
  await hung.pass(1_900);
  await Promise.all(waiting.slice(50));
  await hung.pass(200);
  for (const verdict of await Promise.all(waiting)) expect(verdict).toMatchObject({ code: "UNAVAILABLE", retry_after: 1 });
  expect([hung.sent.length, hung.timers()]).toStrictEqual([50, 0]);
});

test("what is no verdict accepts nothing", async () => {
  const odd = [
    {},
    { valid: true },
    { ...VALID, code: "NOT_FOUND" },
    { ...VALID, key_id: 5 },
    { ...VALID, permissions: null },
    { ...NOT_FOUND, code: "NEW" },
  ];
  for (const body of odd) {
    const { asker } = askerOf(() => ({ status: 200, body }));
    expect((await asker.verify(CREDENTIAL, {})).code, JSON.stringify(body)).toBe("UNAVAILABLE");
  }
  const busy = askerOf(() => ({ status: 503, retryAfter: 7 }));
  expect(await busy.asker.verify(CREDENTIAL, {})).toMatchObject({ code: "UNAVAILABLE", retry_after: 7 });
  const cut = askerOf(() => Promise.reject(new Error("cut")));
  expect(await cut.asker.verify(CREDENTIAL, {})).toMatchObject({ code: "UNAVAILABLE" });
});

test("a service that may not ask does not go on asking, and says so", async () => {
  const { asker, sent, pass, troubles } = askerOf(() => ({ status: 403, body: { code: "MISSING_SCOPE" } }));
  await asker.verify(CREDENTIAL, {});
  expect(await asker.verify("another-credential", {})).toMatchObject({ code: "UNAVAILABLE", retry_after: 30 });
  asker.tellFirst(CREDENTIAL);
  await pass(30_000);
  await asker.verify(CREDENTIAL, {});
  expect([sent.length, troubles.length]).toStrictEqual([2, 2]);
  expect(troubles[0]).not.toContain(CREDENTIAL);
});
