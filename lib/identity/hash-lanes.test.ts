import { expect, test } from "vitest";
import { toAppError } from "../values/errors";
import { asKnown, hashInTurn } from "./hash-lanes";

/** Work that ends when it is told to, and how much of it runs. */
function workshop() {
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((end) => ends.push(end));
    running -= 1;
  };
  /** Ends what runs, until nothing does. */
  const endAll = async () => {
    for (let end = ends.shift(); end; end = ends.shift()) {
      end();
      await settle();
    }
  };
  return { work, endAll, running: () => running, most: () => most };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const outcomeOf = (hash: Promise<unknown>) =>
  hash.then(
    () => "done",
    (error: unknown) => toAppError(error).code,
  );

const person = (name: string | number, network = `network of ${name}`) => ({ account: `person ${name}`, network });

test("two at a time for whom nobody knows, and one more for those who are known", async () => {
  const shop = workshop();
  const strangers = Array.from({ length: 10 }, () => hashInTurn(shop.work));
  await settle();
  expect(shop.running()).toBe(2);
  const known = Array.from({ length: 3 }, (_, index) => asKnown(person(index), () => hashInTurn(shop.work)));
  await settle();
  expect(shop.running()).toBe(3);
  await shop.endAll();
  await Promise.all([...strangers, ...known]);
  expect(shop.most()).toBe(3);
});

test("a known one does not wait behind strangers, however many there are", async () => {
  const shop = workshop();
  const order: string[] = [];
  const strangers = Array.from({ length: 20 }, () => hashInTurn(shop.work).then(() => order.push("stranger")));
  const own = Array.from({ length: 2 }, () =>
    asKnown(person("owner"), () => hashInTurn(shop.work)).then(() => order.push("owner")),
  );
  await settle();
  await shop.endAll();
  await Promise.all([...strangers, ...own]);
  expect(order.lastIndexOf("owner")).toBeLessThan(6);
});

test("more than thirty that wait are told to come again, and one account has no more than four", async () => {
  const shop = workshop();
  const strangers = Array.from({ length: 70 }, () => outcomeOf(hashInTurn(shop.work)));
  const greedy = Array.from({ length: 6 }, () => outcomeOf(asKnown(person("greedy"), () => hashInTurn(shop.work))));
  const owner = outcomeOf(asKnown(person("owner"), () => hashInTurn(shop.work)));
  await settle();
  await shop.endAll();
  const count = async (all: Promise<string>[]) => (await Promise.all(all)).filter((outcome) => outcome === "done").length;
  expect(await count(strangers)).toBe(32);
  expect(await count(greedy)).toBe(4);
  expect(await owner).toBe("done");
  const refused = (await Promise.all([...strangers, ...greedy])).filter((outcome) => outcome !== "done");
  expect(new Set(refused)).toStrictEqual(new Set(["TEMPORARILY_UNAVAILABLE"]));
});

test("what fails makes room for the next as what succeeds does", async () => {
  const fail = () => hashInTurn(() => Promise.reject(new Error("no")));
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcomeOf(fail())));
  expect(new Set(outcomes)).toStrictEqual(new Set(["INTERNAL_ERROR"]));
  await hashInTurn(() => Promise.resolve());
});

test.each(["one network", "networks of their own"])(
  "many accounts, four times each, from %s keep nobody else waiting",
  async (where) => {
    const shop = workshop();
    const order: string[] = [];
    const hash = (name: string | number, network?: string) =>
      outcomeOf(asKnown(person(name, network), () => hashInTurn(shop.work)).then(() => order.push(String(name))));
    const network = where === "one network" ? where : undefined;
    const crowd = Array.from({ length: 48 }, (_, index) => hash(index % 12, network));
    await settle();
    const owner = hash("owner");
    await settle();
    await shop.endAll();
    await Promise.all(crowd);
    expect(await owner).toBe("done");
    expect(order.indexOf("owner")).toBeLessThan(6);
    expect(order).toHaveLength(33);
  },
);

test("nor do forty accounts from one network", async () => {
  const shop = workshop();
  const hash = (name: string | number, network?: string) =>
    outcomeOf(asKnown(person(name, network), () => hashInTurn(shop.work)));
  const crowd = Array.from({ length: 40 }, (_, index) => hash(index, "one network"));
  await settle();
  const owner = hash("owner");
  await shop.endAll();
  await Promise.all(crowd);
  expect(await owner).toBe("done");
});

test("two of another product’s form at a time, which keep nobody waiting whose hash is ours", async () => {
  const [foreign, own] = [workshop(), workshop()];
  const strangers = Array.from({ length: 8 }, () => hashInTurn(foreign.work, true));
  await settle();
  expect(foreign.running()).toBe(2);
  const known = Array.from({ length: 2 }, (_, index) => asKnown(person(index), () => hashInTurn(foreign.work, true)));
  const owner = asKnown(person("owner"), () => hashInTurn(own.work));
  await settle();
  expect([foreign.running(), own.running()]).toStrictEqual([2, 1]);
  await own.endAll();
  await owner;
  await foreign.endAll();
  await Promise.all([...strangers, ...known]);
  expect(foreign.most()).toBe(2);
});

test("a known one whose hash is foreign comes before strangers whose are", async () => {
  const shop = workshop();
  const order: string[] = [];
  const strangers = Array.from({ length: 8 }, () => hashInTurn(shop.work, true).then(() => order.push("stranger")));
  await settle();
  const owner = asKnown(person("owner"), () => hashInTurn(shop.work, true)).then(() => order.push("owner"));
  await settle();
  await shop.endAll();
  await Promise.all([...strangers, owner]);
  expect(order.indexOf("owner")).toBeLessThan(3);
});
