import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { query, randomAddress } from "../../tests/support/client";
import { signInByCookie } from "../../tests/support/people";
import { ask } from "./ask";
import { attack } from "./attack";
import { cookieOf, openBrowser, signInByForm } from "./browser";
import { DOORS, type Door, type Guess, type Target } from "./doors";
import { type Ground, newPerson, type Person } from "./ground";
import { networkOf, SPELLINGS } from "./networks";
import { victims } from "./victims";

const wrongPassword = () => `wrong-${randomBytes(6).toString("hex")}`;

/** The account as one may write it. */
const WRITINGS: ((email: string) => string)[] = [
  (email) => email,
  (email) => email.toUpperCase(),
  (email) => ` ${email} `,
  (email) => email.replace("user", "uSeR"),
];

/** More than a person mistypes in a minute, and than any one network or session should be let to try. */
const GUESSES = 60;
const LET_TRY = 45;

async function victimOf(door: Door): Promise<{ person: Person; target: Target }> {
  const person = await newPerson({ isStaff: door.isStaff });
  return { person, target: { ...person, cookie: await signInByCookie(person) } };
}

async function guessMany(guess: (turn: number) => Promise<Guess>, many = GUESSES): Promise<Guess[]> {
  const made: Guess[] = [];
  const began = performance.now();
  // In one minute: a new one begins a new count.
  for (let turn = 0; turn < many && performance.now() - began < 50_000; turn += 4)
    made.push(...(await Promise.all([0, 1, 2, 3].map((part) => guess(turn + part)))));
  return made;
}

const tried = (guesses: readonly Guess[]) => guesses.filter(({ outcome }) => outcome === "wrong").length;

const guessFromOne = attack(
  "wrong passwords from one network",
  fc.record({
    door: fc.nat(DOORS.length - 1),
    spelling: fc.constantFrom(...SPELLINGS),
    writing: fc.nat(WRITINGS.length - 1),
    resets: fc.boolean(),
    seed: fc.nat(65_535),
  }),
  async ({ ground, holds }, { door: number, spelling, writing, resets, seed }) => {
    const door = DOORS[number];
    const write = WRITINGS[writing];
    if (!door || !write) return;
    const network = networkOf(seed);
    const { person, target } = await victimOf(door);
    const own = await newPerson();
    const guesses = await guessMany(async (turn) => {
      const from = network.address(spelling, turn);
      // A right password of one's own account must not buy more guesses at another one.
      if (resets && turn % 12 === 0)
        await ask(ground, "/api/auth/login/", { from, body: { email: own.email, password: own.password } });
      return door.guess(ground, { ...target, email: write(person.email) }, wrongPassword(), { from });
    });
    const way = door.needs ? `${door.name}, with a stolen session` : `${door.name}, ${spelling}${resets ? ", resetting" : ""}`;
    holds("no wrong password is right", !guesses.some(({ outcome }) => outcome === "right"), way);
    holds(
      "no wrong password is a 5xx",
      !guesses.some(({ outcome }) => outcome === "failed"),
      guesses.find(({ outcome }) => outcome === "failed")?.reply.text,
    );
    holds(
      `one network tries few passwords in a minute at ${door.name}`,
      tried(guesses) <= LET_TRY,
      `${tried(guesses)} of ${guesses.length}: ${way}`,
    );
    const longest = Math.max(...guesses.map(({ retryAfter }) => retryAfter));
    holds("who is throttled is told when to come again, within a minute", longest <= 60, longest);
  },
);

const guessWithSession = attack(
  "wrong passwords with a stolen session",
  fc.record({ door: fc.constantFrom(...DOORS.flatMap((door, index) => (door.needs ? [index] : []))) }),
  async ({ ground, holds }, { door: number }) => {
    const door = DOORS[number];
    if (!door) return;
    const { person, target } = await victimOf(door);
    const guesses = await guessMany(() => door.guess(ground, target, wrongPassword(), { from: randomAddress() }));
    holds(
      `one stolen session tries few passwords in a minute at ${door.name}`,
      tried(guesses) <= LET_TRY,
      `${tried(guesses)} of ${guesses.length} from as many networks`,
    );
    const own = door.needs === "cookie" ? { ...target, cookie: await signInByCookie(person) } : await tokensOf(ground, person);
    if (door.needs === "token" && own.access === "") return;
    const right = await door.guess(ground, own, person.password, { from: randomAddress() });
    holds(
      `the owner's own session is not kept out of ${door.name}`,
      right.outcome === "right",
      `${right.outcome} ${right.reply.status}`,
    );
  },
);

async function tokensOf(ground: Ground, { email, password }: Person): Promise<Target> {
  const reply = await ask(ground, "/api/auth/login/", { body: { email, password } });
  return { email, cookie: "", access: JSON.parse(reply.text).tokens?.access ?? "" };
}

const lockOut = attack(
  "locking an owner out",
  fc.record({
    known: fc.constantFrom("device", "network", "neither"),
    door: fc.constantFrom(0, 1, 2),
    many: fc.constantFrom(40, 80),
  }),
  async ({ ground, holds }, { known, door: number, many }) => {
    const door = DOORS[number];
    if (!door) return;
    const person = await newPerson();
    const home = randomAddress();
    const browser = openBrowser(home);
    await signInByForm(ground, browser, person.email, person.password);
    const session = [...browser.cookies.keys()].filter((name) => /session_token$/.test(name));
    for (const name of session) browser.cookies.delete(name);
    await guessMany(() => door.guess(ground, { ...person, cookie: "" }, wrongPassword(), { from: randomAddress() }), many);
    const cookie = known === "device" ? cookieOf(browser) : "";
    const from = known === "network" ? home : randomAddress();
    const right = await door.guess(ground, { ...person, cookie: "" }, person.password, { from, cookie });
    if (known !== "neither")
      holds(
        `strangers do not keep a known ${known} out`,
        right.outcome === "right",
        `${door.name}: ${right.outcome} ${right.reply.status}`,
      );
    else
      holds(
        "a new device and network waits for 60 s at most",
        right.outcome === "right" || (right.outcome === "throttled" && right.retryAfter <= 60),
        `${right.outcome} ${right.retryAfter}`,
      );
    // What the attacker's own browser remembers of their own account opens nothing of others.
    const own = await newPerson();
    const theirs = openBrowser();
    await signInByForm(ground, theirs, own.email, own.password);
    const guesses = await guessMany(() =>
      door.guess(ground, { ...person, cookie: "" }, wrongPassword(), { from: theirs.from, cookie: cookieOf(theirs) }),
    );
    holds(
      "a device cookie of another account buys no guesses",
      tried(guesses) <= LET_TRY,
      `${tried(guesses)} of ${guesses.length}`,
    );
  },
);

const PREFIX_REQUESTS = 300;

const manyNetworks = attack(
  "many networks of one /48",
  fc.record({ high: fc.nat(65_535), path: fc.constantFrom("/api/auth/forgot-password/") }),
  async ({ ground, holds }, { high, path }) => {
    const statuses: number[] = [];
    const began = performance.now();
    for (let turn = 0; turn < PREFIX_REQUESTS && performance.now() - began < 50_000; turn += 5) {
      const send = (number: number) =>
        ask(ground, path, {
          from: `2001:db8:${high.toString(16)}:${number.toString(16)}::1`,
          body: { email: `nobody-${high}-${number}@example.com` },
        });
      statuses.push(...(await Promise.all([0, 1, 2, 3, 4].map((part) => send(turn + part)))).map(({ status }) => status));
    }
    if (statuses.length < PREFIX_REQUESTS) return;
    holds(
      "the networks of one /48 are bounded together",
      statuses.includes(429),
      `${statuses.length} within ${Math.round((performance.now() - began) / 1000)} s`,
    );
  },
  { isHeavy: true },
);

/** Against those who go on with their work meanwhile, without end. */
const guessAtBystanders = attack(
  "wrong passwords at full speed",
  fc.record({ door: fc.nat(DOORS.length - 1), isAdmin: fc.boolean(), known: fc.boolean() }),
  async ({ ground, holds }, { door: number, isAdmin }) => {
    const door = DOORS[number];
    const person = isAdmin || door?.isStaff ? victims.admin : victims.owner;
    if (!door || !person) return;
    const [{ locked } = { locked: false }] = await query<{ locked: boolean }>(
      "SELECT banned AS locked FROM users WHERE id = $1",
      [person.id],
    );
    holds("nobody is banned by wrong passwords", !locked);
    const target = { email: person.email, cookie: door.needs === "cookie" ? await signInByCookie(person) : "", access: "" };
    const guesses = await Promise.all(
      [0, 1, 2].map(() => door.guess(ground, target, wrongPassword(), { from: randomAddress() })),
    );
    holds("no wrong password opens anything", !guesses.some(({ outcome }) => outcome === "right"), door.name);
    holds(
      "wrong passwords are no 5xx",
      !guesses.some(({ outcome }) => outcome === "failed"),
      guesses.map(({ reply }) => reply.status),
    );
    if (door.needs)
      await query(
        "DELETE FROM sessions WHERE user_id = $1 AND user_agent = 'node' AND id NOT IN (SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC LIMIT 20)",
        [person.id],
      );
  },
  { isSteady: true },
);

export const GUESSING = [guessAtBystanders, guessFromOne, guessWithSession, lockOut, manyNetworks];
