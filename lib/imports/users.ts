import "server-only";
import { randomUUID } from "node:crypto";
import { db, sql, transaction } from "@/lib/database/client";
import { bool, nullable, type RowOf, statement, text, uuid } from "@/lib/database/statements";
import { describeHash } from "@/lib/identity/foreign-hashes";
import { takeOver } from "@/lib/identity/proof";
import { idOf } from "./fields";
import type { UserRecord } from "./records";
import { type Fields, readRecord } from "./rows";
import { eachBatch, type Found, type ImportRun } from "./run";
import type { Place } from "./seen";
import { insertUsers, linkIn, linkUsers } from "./user-rows";

/** `unchecked`: why no password can be that of the row's hash, which is left out then. `leftOut`: why other things are. */
type FoundUser = Found<"user"> & { unchecked: string | null; leftOut: string[] };
/** Of a row: somebody new, or who it is already. */
type Plan = { found: FoundUser; is: "new" | "joined" | "taken_over"; id: string };

const LINKED = statement(
  "imported-users",
  { id: text },
  `SELECT g.id FROM unnest($ids::text[]) AS g (id)
   CROSS JOIN LATERAL (SELECT user_id FROM former_ids WHERE source = $source AND id = g.id OFFSET 0) f`,
);
const PERSON = "id, email, unproven, email_verified, banned, role";
const ACCOUNT = { id: uuid, email: text, is_unproven: bool, is_banned: bool, is_admin: bool, former_id: nullable(text) };
const THERE = statement(
  "users-before-import",
  ACCOUNT,
  `SELECT id, email, unproven AND NOT email_verified AS is_unproven, banned AS is_banned, role = 'admin' AS is_admin,
     (SELECT f.id FROM former_ids f WHERE f.user_id = u.id AND f.source = $source ORDER BY added_at, id LIMIT 1) AS former_id
   FROM (
     SELECT one.* FROM unnest($emails::text[]) AS g (email)
     CROSS JOIN LATERAL (SELECT ${PERSON} FROM users WHERE email = g.email OFFSET 0) one
     UNION
     SELECT one.* FROM unnest($uuids::uuid[]) AS g (uuid) CROSS JOIN LATERAL (SELECT ${PERSON} FROM users WHERE id = g.uuid OFFSET 0) one
   ) u`,
);

/** A row that others changed the ground of is looked at again so often. */
const TRIES = 3;

export async function importUsers(run: ImportRun): Promise<void> {
  await eachBatch(
    run,
    ["user"],
    (_, fields, place) => checkUser(run, fields, place),
    (batch) => writeUsers(run, batch),
  );
}

function checkUser(run: ImportRun, fields: Fields, place: Place): FoundUser | null {
  const read = readRecord("user", fields);
  if (read.refused !== undefined) return run.refuse(place, idOf(fields), read.refused);
  const { leftOut } = read;
  const { password_hash, ...record } = read.record;
  const hash = password_hash === undefined ? null : describeHash(password_hash);
  const same = run.seen.note(`user ${record.id}`, place);
  if (same) return run.refuse(place, record.id, "The same id as another row.", same);
  const other = run.seen.note(`email ${record.email}`, place);
  if (other) return run.refuse(place, record.id, "The same e-mail address as another row.", other);
  if (hash && "refused" in hash) return { place, record, unchecked: hash.refused, leftOut };
  return { place, record: read.record, unchecked: null, leftOut };
}

async function writeUsers(run: ImportRun, batch: FoundUser[]): Promise<void> {
  let waiting = batch;
  for (let tried = 0; waiting.length > 0 && tried < TRIES; tried += 1) {
    const plans = await planUsers(run, waiting);
    if (run.isDry) for (const plan of plans) accept(run, plan);
    waiting = run.isDry ? [] : await carryOut(run, plans);
    const left = new Set(waiting);
    for (const plan of plans) if (!left.has(plan.found)) noteDone(run, plan);
  }
  for (const { place, record } of waiting)
    run.refuse(place, record.id, "The account was changed meanwhile. Run the import again.");
}

/** Whoever is joined or taken over has the name that they have here; whoever is joined, the password too. */
function noteDone({ counts, remark }: ImportRun, { is, found: { place, record, unchecked, leftOut } }: Plan): void {
  counts.users[is] += 1;
  const password = unchecked === null || is === "joined" ? [] : [`The password will not work. ${unchecked}`];
  const others = is === "new" ? leftOut.map((reason) => `Left out: ${reason}`) : [];
  counts.users.without_password += password.length;
  if (password.length + others.length === 0) return;
  counts.users.with_less += 1;
  remark(place, record.id, [...password, ...others].join(" "));
}

/** As `findOwners` asks for them. */
function accept({ accepted }: ImportRun, { id: userId, found: { record } }: Plan): void {
  accepted.add([`id ${record.id}`, `email ${record.email}`], [userId, record.id]);
}

async function planUsers(run: ImportRun, batch: FoundUser[]): Promise<Plan[]> {
  const { source } = run;
  const ids = batch.map(({ record }) => record.id);
  const linked = new Set((await sql(LINKED, { source, ids })).map(({ id }) => id));
  const emails = batch.map(({ record }) => record.email);
  const uuids = batch.flatMap(({ record }) => record.uuid ?? []);
  const there = await sql(THERE, { source, emails, uuids });
  const byEmail = new Map(there.map((user) => [user.email, user]));
  const taken = new Set(there.map(({ id }) => id));
  return batch.flatMap((found): Plan[] => {
    const { record, place } = found;
    if (linked.has(record.id)) {
      run.counts.users.there += 1;
      return [];
    }
    const user = byEmail.get(record.email);
    if (!user) {
      const isFree = record.uuid !== undefined && !taken.has(record.uuid);
      const id = isFree && record.uuid ? record.uuid : randomUUID();
      taken.add(id);
      return [{ found, is: "new", id }];
    }
    const refusal = refusalFor(record, user);
    if (refusal) run.refuse(place, record.id, refusal);
    return refusal ? [] : [{ found, is: user.is_unproven ? "taken_over" : "joined", id: user.id }];
  });
}

/** Why a row does not lead to the account that has its address here; null where it does. */
function refusalFor(record: UserRecord, user: RowOf<typeof ACCOUNT>): string | null {
  if (user.former_id !== null) return "Somebody else was imported with this e-mail address before.";
  if (record.banned && !user.is_banned)
    return "The file says that they are banned, and their account here is not. Ban it first, or leave that out.";
  if (!user.is_unproven) return null;
  if (user.is_admin) return "This is the address of an administrator who has not confirmed it. They have to, before.";
  if (record.email_verified) return null;
  return "There is an account with this address here. Neither it nor the file says that the address is theirs.";
}

/** Answers those of whom nothing was written, because others changed something meanwhile. */
async function carryOut(run: ImportRun, plans: Plan[]): Promise<FoundUser[]> {
  const of = (is: Plan["is"]) => plans.filter((plan) => plan.is === is);
  const rows = (some: Plan[]) => some.map(({ found, id }) => ({ ...found, id }));
  await run.requireTurn();
  const made = await transaction(async (ask) => {
    const ids = await insertUsers(ask, run, rows(of("new")));
    await linkUsers(ask, run, rows(of("joined")));
    return ids;
  });
  const late = of("new").filter(({ id }) => !made.has(id));
  for (const plan of of("taken_over")) if (!(await takeOverFor(run, plan))) late.push(plan);
  return late.map(({ found }) => found);
}

async function takeOverFor(run: ImportRun, { found, id }: Plan): Promise<boolean> {
  return db().$transaction(async (tx) => {
    const passwordHash = found.record.password_hash ?? null;
    if (!(await takeOver(tx, run.actor, id, { by: "import", passwordHash }))) return false;
    await linkIn(tx, run, { ...found, id });
    return true;
  });
}
