import { createHash } from "node:crypto";
import { FEED_STATUSES, type FeedCredential, type KeyLine, type StateLine } from "@latchkey/rule/feed";
import type { Permissions } from "@latchkey/rule/permissions";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SECRETS, Table } from "./table";

const digestOf = (name: string) => createHash("sha256").update(name).digest().subarray(0, 24);
const text = (name: string) => digestOf(name).toString("base64url");
const idOf = (kind: number, n: number) => `${String(kind).padStart(8, "0")}-0000-7000-8000-${String(n).padStart(12, "0")}`;

function find(table: Table, name: string): number {
  const digest = digestOf(name);
  return table.find(new Uint32Array(digest.buffer.slice(digest.byteOffset, digest.byteOffset + 24)));
}

function keyLine(n: number, given: Partial<KeyLine> = {}): KeyLine {
  const creds = [{ d: text(`key ${n}`), s: text(`secret ${n}`) }];
  return {
    t: "key",
    id: idOf(1, n),
    rev: 1,
    owner: idOf(2, 1),
    name: "Production",
    p: ["read"],
    creds,
    exp: null,
    st: "active",
    ...given,
  };
}

const KEYS = 12;
const creds = (n: number): fc.Arbitrary<FeedCredential[]> =>
  fc.uniqueArray(
    fc.record(
      {
        d: fc.integer({ min: 0, max: 3 }).map((version) => text(`${n} ${version}`)),
        s: fc.constantFrom(null, text(`secret ${n}`)),
        until: fc.integer({ min: 1, max: 2 ** 50 }),
      },
      { requiredKeys: ["d"], noNullPrototype: true },
    ),
    { maxLength: 3, selector: ({ d }) => d },
  );
const line: fc.Arbitrary<StateLine> = fc.integer({ min: 0, max: KEYS - 1 }).chain((n) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        t: fc.constant("key" as const),
        id: fc.constant(idOf(1, n)),
        rev: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(2 ** 40)),
        owner: fc.integer({ min: 0, max: 3 }).map((owner) => idOf(2, owner)),
        name: fc.constantFrom("Production", "Test", "ключ"),
        p: fc.constantFrom<Permissions[]>(["read"], ["read", "write"], { sms: ["send"] }),
        creds: creds(n),
        exp: fc.constantFrom(null, 5, 1_795_860_706_655, -1),
        st: fc.constantFrom(...FEED_STATUSES),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        t: fc.constant("owner" as const),
        id: fc.integer({ min: 0, max: 3 }).map((owner) => idOf(2, owner)),
        rev: fc.integer({ min: 1, max: 30 }),
        banned: fc.boolean(),
        credits: fc.constantFrom("some" as const, 0, 3, 999, -5),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ t: "gone" as const, kind: "owner" as const, id: idOf(2, n % 4) }) },
  ),
);

/** One credential without an end, the rest are replaced ones; a deleted key has none. */
function normal(state: KeyLine): KeyLine {
  if (state.st === "deleted") return { ...state, creds: [] };
  const present = state.creds.find(({ until }) => until === undefined);
  const others = state.creds.filter((credential) => credential !== present && credential.until !== undefined);
  return { ...state, creds: [...(present ? [present] : []), ...others] };
}

test("is what a map of the latest states is, whatever comes in whatever order", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 120 }), (lines) => {
      const table = new Table();
      const keys = new Map<string, KeyLine>();
      const owners = new Map<string, Extract<StateLine, { t: "owner" }>>();
      for (const state of lines) {
        // Two that are both without an end are none of the feed's.
        if (state.t === "key") state.creds = state.creds.map((one, at) => (at > 0 ? { until: 7, ...one } : one));
        table.apply(state);
        if (state.t === "gone") owners.delete(state.id);
        else if (state.t === "owner") {
          if ((owners.get(state.id)?.rev ?? 0) <= state.rev) owners.set(state.id, state);
        } else if ((keys.get(state.id)?.rev ?? 0) <= state.rev) keys.set(state.id, normal(state));
      }
      const held = [...table.linesFrom(0, table.length)];
      const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
      const sorted = (creds: FeedCredential[]) => [...creds].sort((one, other) => (one.d < other.d ? -1 : 1));
      const bare = (state: StateLine) => (state.t === "key" ? { ...state, creds: sorted(state.creds) } : state);
      expect(
        held
          .filter(({ t }) => t === "key")
          .sort(byId)
          .map(bare),
      ).toEqual([...keys.values()].sort(byId).map(bare));
      expect(held.filter(({ t }) => t === "owner").sort(byId)).toEqual([...owners.values()].sort(byId));
      expect(table.keys).toBe([...keys.values()].filter(({ st }) => st !== "deleted").length);
      expect(table.owners).toBe(owners.size);
      for (let n = 0; n < KEYS; n += 1)
        for (let version = 0; version < 4; version += 1) {
          const found = find(table, `${n} ${version}`);
          const state = keys.get(idOf(1, n));
          const credential = state?.creds.find(({ d }) => d === text(`${n} ${version}`));
          expect(found >= 0).toBe(credential !== undefined);
          if (!state || !credential) continue;
          const key = table.keyRow(found);
          expect([table.id(key), table.name(key), table.expiry(key)]).toStrictEqual([state.id, state.name, state.exp]);
          expect(table.replacedUntil(found)).toBe(credential.until ?? null);
          const secret = credential.s === undefined ? "unknown" : credential.s === null ? "none" : "known";
          expect(table.secretState(found)).toBe(SECRETS[secret]);
        }
    }),
    { numRuns: 150 },
  );
});

test("grows with what it holds, and not by what changes or comes and goes", () => {
  const table = new Table();
  for (let n = 0; n < 1_000; n += 1) table.apply(keyLine(n));
  for (let round = 2; round < 6; round += 1)
    for (let n = 0; n < 1_000; n += 1) {
      const replaced = { d: text(`key ${n} ${round - 1}`), until: 9 };
      table.apply(
        keyLine(n, { rev: round, p: [`p${n % 50} ${round}`], creds: [{ d: text(`key ${n} ${round}`), s: null }, replaced] }),
      );
    }
  const { bytes } = table;
  for (let round = 6; round < 10; round += 1)
    for (let n = 0; n < 1_000; n += 1) {
      const replaced = { d: text(`key ${n} ${round - 1}`), until: 9 };
      table.apply(
        keyLine(n, { rev: round, p: [`p${n % 50} ${round}`], creds: [{ d: text(`key ${n} ${round}`), s: null }, replaced] }),
      );
    }
  expect(table.bytes).toBe(bytes);
  expect(table.keys).toBe(1_000);
  expect(find(table, "key 7 9")).toBeGreaterThanOrEqual(0);
  expect(find(table, "key 7 5")).toBe(-1);

  const busy = new Table();
  const comeAndGo = (from: number) => {
    for (let n = from; n < from + 6_000; n += 1) {
      busy.apply(keyLine(n));
      busy.apply(keyLine(n, { rev: 2, st: "deleted" }));
    }
  };
  comeAndGo(0);
  const then = busy.bytes;
  comeAndGo(6_000);
  expect([busy.bytes, busy.keys]).toStrictEqual([then, 0]);
  // What was deleted a while ago is still known to be.
  busy.apply(keyLine(11_000));
  expect(find(busy, "key 11000")).toBe(-1);
});

test("says what narrows", () => {
  const table = new Table();
  const creds = [{ d: text("a") }];
  const steps: [Partial<KeyLine>, string][] = [
    [{ rev: 2, creds }, "applied"],
    [{ rev: 1, st: "revoked" }, "ignored"],
    [{ rev: 3, creds, name: "New" }, "applied"],
    [{ rev: 4, creds, p: ["write"] }, "narrowed"],
    [{ rev: 5, creds, p: ["write"], exp: 9 }, "narrowed"],
    [{ rev: 6, creds, p: ["write"], exp: 10 }, "applied"],
    [{ rev: 7, creds: [{ d: text("b") }, { ...creds[0], d: text("a"), until: 5 }], p: ["write"], exp: 10 }, "narrowed"],
    [{ rev: 8, creds: [{ d: text("b") }], p: ["write"], exp: 10 }, "narrowed"],
    [{ rev: 9, creds: [{ d: text("b") }], p: ["write"], exp: 10, st: "disabled" }, "narrowed"],
    [{ rev: 10, creds: [{ d: text("b") }], p: ["write"], exp: 10 }, "applied"],
    [{ rev: 11, st: "deleted" }, "narrowed"],
  ];
  for (const [given, effect] of steps) expect(table.apply(keyLine(1, given)), JSON.stringify(given)).toBe(effect);
  expect(table.apply(keyLine(2, { st: "revoked" }))).toBe("narrowed");
  const owner = { t: "owner", id: idOf(2, 1), rev: 1, banned: false, credits: 5 } as const;
  expect(table.apply(owner)).toBe("applied");
  expect(table.apply({ ...owner, rev: 2, banned: true })).toBe("narrowed");
  expect(table.apply({ t: "gone", kind: "owner", id: owner.id })).toBe("narrowed");
});

test("of a line that is not understood the key is unknown, and what has no id is refused", () => {
  const table = new Table();
  table.apply(keyLine(1));
  expect(find(table, "key 1")).toBeGreaterThanOrEqual(0);
  for (const odd of [
    { st: "paused" as "active" },
    { exp: "tomorrow" as unknown as number },
    { owner: "nobody" },
    { p: 5 as never },
  ]) {
    expect(table.apply(keyLine(1, { rev: 2, ...odd }))).toBe("narrowed");
    expect(find(table, "key 1"), JSON.stringify(odd)).toBe(-1);
    table.apply(keyLine(1, { rev: 2 }));
  }
  expect(() => table.apply(keyLine(1, { id: "1" }))).toThrow(RangeError);
  expect(() => table.apply(keyLine(1, { rev: 2 ** 50 }))).toThrow(RangeError);
});

test("a change that shows nothing may be of a credential that is not known here: it counts as one that narrows", () => {
  const table = new Table();
  const states = (...lines: [rev: number, name: string][]) => lines.map(([rev, name]) => table.apply(keyLine(1, { rev, name })));
  expect(states([1, "a"], [1, "a"], [2, "b"], [2, "b"], [3, "b"])).toStrictEqual([
    ...["applied", "applied", "applied", "applied", "narrowed"],
  ]);
});

test("what is true no longer is not known until a state of it comes, and one that was deleted meanwhile stays so", () => {
  const table = new Table();
  for (let n = 1; n <= 3; n += 1) table.apply(keyLine(n, { rev: 2 }));
  table.apply({ t: "owner", id: idOf(2, 1), rev: 4, banned: false, credits: "some" });
  const idsOf = (kind: number, ...numbers: number[]) =>
    Buffer.from(numbers.map((n) => idOf(kind, n).replaceAll("-", "")).join(""), "hex").toString("base64url");
  table.keepGraves(true);
  expect(table.unlearn({ t: "ask", kind: "key", ids: idsOf(1, 1, 2, 9) })).toStrictEqual([idOf(1, 1), idOf(1, 2)]);
  expect(table.unlearn({ t: "ask", kind: "owner", ids: idsOf(2, 1, 8) })).toStrictEqual([]);
  expect([find(table, "key 1"), find(table, "key 2"), find(table, "key 3") >= 0]).toStrictEqual([-1, -1, true]);
  expect(table.isOwnerKnown(table.ownerRow(find(table, "key 3")))).toBe(false);
  // Its deletion is told while older states are still being read, and many others' after it.
  table.apply(keyLine(2, { rev: 4, st: "deleted", creds: [] }));
  for (let n = 10; n < 5_010; n += 1) table.apply(keyLine(n, { rev: 1, st: "deleted", creds: [] }));
  for (const n of [1, 2]) table.apply(keyLine(n, { rev: 3 }));
  expect([find(table, "key 1") >= 0, find(table, "key 2")]).toStrictEqual([true, -1]);
  table.keepGraves(false);
  expect([find(table, "key 1") >= 0, find(table, "key 2"), table.keys]).toStrictEqual([true, -1, 2]);
  for (const ids of ["", "AAAA", undefined as unknown as string])
    expect(() => table.unlearn({ t: "ask", kind: "key", ids })).toThrow(RangeError);
});

test("an owner whose credits are told in another form is not known: nobody is refused by a guess", () => {
  for (const credits of ["plenty", null, undefined, 1.5, {}]) {
    const table = new Table();
    table.apply({ t: "owner", id: idOf(2, 1), rev: 1, banned: false, credits: 5 });
    table.apply({ t: "owner", id: idOf(2, 1), rev: 2, banned: false, credits: credits as number });
    table.apply(keyLine(1));
    expect(table.isOwnerKnown(table.ownerRow(find(table, "key 1"))), String(credits)).toBe(false);
    expect(table.owners).toBe(0);
  }
});
