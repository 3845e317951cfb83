import fc from "fast-check";
import { query } from "../../tests/support/client";
import { actions } from "../../tests/support/doors";
import { ask, brief, type Reply } from "./ask";
import { attack } from "./attack";
import { callAction, openBrowser } from "./browser";
import { newPerson, type Person } from "./ground";
import { preyOf, stateOf } from "./owners";

const STAFF_FIELDS = (prey: Person & { uuid?: string }): Record<string, string> => ({
  user: prey.id,
  owner: prey.id,
  uuid: prey.uuid ?? "",
  change: "add",
  amount: "1000000",
  adjustment: "0",
  reason: "because",
  to: "admin",
  role: "user",
  banned: "false",
  understood: "on",
  confirmation: "delete 1 key",
  deed: "disable",
  format: "mf_live",
  key_name: "stolen",
  grace_seconds: "0",
});

const WHO = ["nobody", "user", "banned", "demoted", "stale", "user as staff's page"] as const;

const staffDoors = attack(
  "actions of staff by others",
  fc.record({ who: fc.constantFrom(...WHO), action: fc.nat(63), self: fc.boolean() }),
  async ({ ground, holds }, { who, action: number, self }) => {
    const all = actions("app/admin/").filter(({ name }) => !/isConfirmed|confirmPassword/.test(name));
    const action = all[number % all.length];
    if (!action) throw new Error("the build has no actions of staff");
    const [prey, thief] = [await preyOf(ground), await newPerson()];
    const change = {
      banned: "UPDATE users SET role = 'admin', banned = true WHERE id = $1",
      stale: "UPDATE users SET role = 'admin' WHERE id = $1",
    }[who as string];
    if (change) await query(change, [thief.id]);
    if (who === "stale")
      await query("UPDATE sessions SET confirmed_at = now() - interval '16 minutes' WHERE user_id = $1", [thief.id]);
    const target = self ? { ...thief, uuid: prey.uuid } : prey;
    const [before, own] = [await stateOf(prey), await stateOf(thief)];
    const browser = openBrowser(undefined, who === "nobody" ? "" : thief.cookie);
    // An action runs wherever its id is sent to, not only on the page that shows it.
    const page = who === "user as staff's page" ? "/admin" : "/keys";
    const replies = [
      await callAction(ground, browser, action, { page, fields: STAFF_FIELDS(target) }),
      await callAction(ground, browser, action, { page, args: [{ fields: {}, values: {} }, STAFF_FIELDS(target)] }),
      await callAction(ground, browser, action, { page, args: [prey.email] }),
    ];
    holds(
      "no action of staff is done for others",
      (await stateOf(prey)) === before && (await stateOf(thief)) === own,
      `${action.name} by ${who}`,
    );
    if (who !== "stale")
      holds(
        "nor shows others",
        !replies.some(({ text }) => text.includes(prey.email) || text.includes("Prey ")),
        `${action.name} by ${who}`,
      );
    const shown = await ask(ground, "/admin/keys/export", { cookie: who === "nobody" ? "" : thief.cookie });
    holds("no file of staff is given to others", !(shown.headers["content-type"] ?? "").includes("csv"), brief(shown));
  },
);

/** What an action may be called with by whoever knows its id. */
const SENSELESS: unknown[][] = [
  [],
  [null],
  [[]],
  [["x"]],
  [{}],
  ["x".repeat(9000)],
  [null, null],
  [{}, "$K1"],
  [{ fields: {} }, {}],
  [-1, { uuid: {} }],
  ["$undefined"],
  [["$0:0:0"]],
  ["$F1"],
  ["$@1"],
  ["$B1"],
  ["$Q1"],
  ["$n1e999"],
];

const senseless = attack(
  "actions without sense",
  fc.record({ action: fc.nat(63), args: fc.nat(SENSELESS.length - 1), isStaff: fc.boolean() }),
  async ({ ground, holds, note }, { action: number, args, isStaff }) => {
    const all = actions("app/");
    const action = all[number % all.length];
    if (!action) return;
    const person = await newPerson({ isStaff });
    const reply: Reply = await callAction(ground, openBrowser(undefined, person.cookie), action, {
      page: "/keys",
      args: SENSELESS[args],
    });
    const isFailure = reply.status === 0 || reply.status >= 500;
    holds(
      "no argument of an action is a 5xx",
      !isFailure,
      `${action.name} ${JSON.stringify(SENSELESS[args]).slice(0, 60)}: ${brief(reply)}`,
    );
    if (isFailure) note(`${action.name} fails`);
  },
);

export const STAFF = [staffDoors, senseless];
