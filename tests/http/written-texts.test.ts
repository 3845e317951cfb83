import { beforeAll, expect, test } from "vitest";
import { call, newKey, query, type TestKey } from "../support/client";
import { actions, addresses, filledIn, open, type Person, run, uploadFile } from "../support/doors";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { newService } from "../support/services";
import { report } from "../support/usage";

const RTL = /[\u0590-\u07ff]/;
/** With letters that run from right to left, a number, and what rows from before had besides. */
const TEXT = { name: "אבג 12", key: "\u202eمفتاح 34", note: "\u2067הערה 56", reason: "סיבה 78", permission: "קרא" };

let person: Person;
let staff: Person;
let key: TestKey;
let keyId: string;
let serviceId: string;

async function sign(user: TestUser): Promise<Person> {
  return { user, cookie: await signInByCookie(user) };
}

beforeAll(async () => {
  const [user, admin] = [await newUser(), await newUser()];
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [admin.id]);
  await query("UPDATE users SET first_name = $2, last_name = $2, name = $2 WHERE id = $1", [user.id, TEXT.name]);
  [person, staff] = [await sign(user), await sign(admin)];
  key = await newKey(user, { key_name: "A key", note: "A note", permissions: [TEXT.permission] });
  await report({ apiKey: key.api_key, delta: 3 });
  const act = async (name: string, fields: Record<string, string>) => {
    const action = actions("app/admin/").find((each) => each.name === name);
    if (!action) throw new Error(`there is no ${name}`);
    const { returned } = await run(action, staff, { plain: person, keyId: "0" }, { fields });
    expect(returned).toMatchObject({ isDone: true });
  };
  const seen = { user: user.id, role: "user", reason: TEXT.reason };
  await act("adjustCreditsAction", { ...seen, change: "add", amount: "5", adjustment: "0" });
  await call(`/api/auth/keys/${key.id}/`, {
    method: "PATCH",
    token: user.access,
    body: { key_name: "מפתח", note: TEXT.note.slice(1) },
  });
  await call(`/api/auth/keys/${key.id}/regenerate/`, { token: user.access, body: { grace_seconds: 600 } });
  await query("UPDATE api_keys SET name = $2, note = $3 WHERE uuid = $1", [key.id, TEXT.key, TEXT.note]);
  await query("UPDATE users SET banned = true, ban_reason = $2 WHERE id = $1", [user.id, TEXT.reason]);
  const [row] = await query<{ id: string }>("SELECT id::text FROM api_keys WHERE uuid = $1", [key.id]);
  keyId = row?.id ?? "";
  serviceId = (await newService({ scopes: ["usage"], owners: [user.id] })).id;
  await query("UPDATE services SET name = $2 WHERE id = $1", [serviceId, `${TEXT.name} ${serviceId}`]);
});

type Found = { bare: string[]; count: number };

/** Texts and attributes that run from right to left, and those among them that nothing keeps apart from their sentence. */
function findWritten(html: string): Found {
  const bare: string[] = [];
  let count = 0;
  const open: string[] = [];
  const page = html.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "").replace(/<!--.*?-->/gs, "");
  for (const [whole, close, tag, attributes = "", text] of page.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>|([^<]+)/g)) {
    if (text !== undefined) check(text, open.includes("bdi") || open.includes("textarea"));
    else if (close) open.splice(open.lastIndexOf(tag ?? ""), 1);
    else {
      for (const [attribute, name] of attributes.matchAll(/([a-z-]+)="[^"]*"/g))
        check(attribute, name === "value" || name === "href");
      if (!/^(input|br|wbr|meta|link|img|hr|path|rect|circle|line)$/.test(tag ?? "") && !whole.endsWith("/>"))
        open.push(tag ?? "");
    }
  }
  function check(text: string, isApart: boolean): void {
    if (/[\u202a-\u202e]/.test(text) && !/value=/.test(text)) bare.push(text);
    if (!RTL.test(text)) return;
    count += 1;
    if (!isApart && !/\u2068[^\u2068\u2069]*[\u0590-\u07ff][^\u2068\u2069]*\u2069/.test(text)) bare.push(text);
  }
  return { bare, count };
}

test("what somebody wrote turns around nothing beside it, on any page", async () => {
  const { id: fileId } = await uploadFile(staff, "{}\n", "אבג.ndjson");
  const ids = { plain: person, keyId, keyUuid: key.id, fileId, serviceId };
  const more = [
    [`/admin/keys?q=${key.id}`, staff],
    [`/admin/keys?owner=${encodeURIComponent("אין")}`, staff],
    [`/admin/users?q=${person.user.email}`, staff],
    [`/admin/find?q=${encodeURIComponent("אבג")}`, staff],
    [`/admin/find?q=${encodeURIComponent("אין")}`, staff],
    [`/admin/users/${person.user.id}?key=${key.id}`, staff],
    [`/admin/audit?target=${keyId}`, staff],
    [`/admin/audit?target=${encodeURIComponent("אין")}`, staff],
    [`/admin/audit?actor=${encodeURIComponent("אין")}`, staff],
  ] as const;
  const staffPages = addresses("page").filter((address) => /^\/admin/.test(address));
  const counts: Record<string, number> = {};
  const look = async (address: string, visitor: Person) => {
    const { bare, count } = findWritten(await (await open(address, visitor)).text());
    expect([address, bare]).toStrictEqual([address, []]);
    counts[address] = count;
  };
  for (const address of staffPages) await look(filledIn(address, ids), staff);
  for (const [address, visitor] of more) await look(address, visitor);
  await query("UPDATE users SET banned = false, ban_reason = NULL WHERE id = $1", [person.user.id]);
  const own = addresses("page").filter((address) => /^\/(keys|usage|settings)/.test(address));
  for (const address of [
    ...own.map((each) => filledIn(each, ids)),
    `/usage?key=${key.id}`,
    `/keys?q=${encodeURIComponent("אין")}`,
  ])
    await look(address, person);
  const silent = Object.keys(counts).filter((address) => counts[address] === 0);
  // They show nothing that this person wrote.
  expect(
    silent.filter((address) => !["/admin/confirm", "/admin/find", "/keys/new", "/keys/revoke-all"].includes(address)),
  ).toStrictEqual([]);
});
