import { randomBytes, randomUUID } from "node:crypto";
import { signUsage } from "../../lib/usage/signature";
import { makeCredentials } from "../../packages/rule/credentials";
import { randomAddress } from "../../tests/support/client";
import { newMailedToken } from "../../tests/support/people";
import { BODY_CHANGES } from "./body-changes";
import type { Json, Operation } from "./document";
import { type Choose, FIELD_CHANGES } from "./field-changes";
import { type Asked, Fill, type Recipe, type Verifier } from "./fills";
import type { Mutation } from "./mutation";
import type { Cast, KeyFate, Person, TestedKey } from "./people";
import type { Step } from "./step";
import { type Draft, WIRE_CHANGES } from "./wire-changes";
import { newMark, type World } from "./world";

/** A request that can be sent, and who and what it is about. */
export type Written = { draft: Draft; speaker: Person; key: TestedKey; newPassword: string };

export type Place = { world: World; cast: Cast; url: string };

/** What is believed of any key: nobody sends it about another's. */
const FOR_ALL = ["service", "adminSecret", "serviceSecret", "usageSignature", "apiKey"];

export async function write(
  step: Step,
  place: Place,
  { body = step.body, idempotencyKey = randomUUID(), address = randomAddress() } = {},
): Promise<Written> {
  const { cast } = place;
  const { operation } = step;
  const speaker = step.aim === 409 && operation.statuses.includes(422) && step.pick % 2 ? cast.crowded : cast[step.speaker];
  const key = keyFor(step, cast, speaker);
  const newPassword = `pw-${newMark()}-${newMark()}`;
  const asked: Asked = {
    speaker: step.aim === 404 ? { ...speaker, id: randomUUID(), email: `nobody-${newMark()}@example.com` } : speaker,
    key,
    newPassword,
    newEmail: `new-${newMark()}@example.com`,
    isRegistering: operation.id === "register" || (operation.id === "adminCreateUser" && step.aim !== 409),
    mailedToken: () => newMailedToken("reset-password", speaker),
    cursor: cast.cursors.get(operation.id) ?? null,
    verifier: verifierFor(step, place.world),
    ambiguousId: isAmbiguous(step) ? cast.ambiguousId : null,
    isTooMuch: step.aim === 409,
  };
  const fields = changeFields((await fill(body, asked)) ?? null, step, cast, speaker);
  const sent = changeBody(fields === null ? null : Buffer.from(JSON.stringify(fields)), step.mutations);
  const draft: Draft = {
    method: operation.method,
    path: pathOf(operation, key, asked) + queryOf((await fill(step.query, asked)) as Record<string, Json>),
    headers: [
      ["X-Forwarded-For", address],
      ...(sent === null ? [] : ([["Content-Type", "application/json"]] as [string, string][])),
      ...(operation.statuses.includes(422) ? ([["Idempotency-Key", idempotencyKey]] as [string, string][]) : []),
      ...credentialsFor(step, speaker, key, sent, idempotencyKey, place),
    ],
    body: sent,
    isChunked: false,
  };
  return { draft: changeWire(draft, step.mutations, cast, speaker), speaker, key, newPassword };
}

/** A live one for what is to go well, and one that does not fit for what is not. */
function keyFor({ operation, aim, about, pick }: Step, cast: Cast, speaker: Person): TestedKey {
  const isForAll = operation.security.some((way) => FOR_ALL.includes(way));
  const other = speaker === cast.A ? cast.B : cast.A;
  const keys = about === "other" && !isForAll ? other.keys : speaker.keys;
  const isAgain = operation.path.endsWith("/restore");
  const good: KeyFate = isAgain ? "deleted" : "live";
  const ofFate = keys.filter(({ fate }) => (aim === 409 ? fate !== good : fate === good));
  const rotating = aim === 409 ? [] : ofFate.filter((key) => key.isSelfRotating === (aim !== 403));
  const key = choose(pick).what(rotating.length > 0 ? rotating : ofFate.length > 0 ? ofFate : keys);
  return aim === 404 || about === "nobody" ? { ...key, uuid: randomUUID(), number: 2_000_000_000 + pick, ...NOBODYS(key) } : key;
}

/** Of the right form, and nobody's. */
const NOBODYS = ({ credential }: TestedKey) => ({
  credential: makeCredentials(credential.startsWith("datazag_") ? "datazag" : "mf_live", randomBytes).key,
});

/** Of what makes nothing, that is all that it can be in conflict with. */
function isAmbiguous({ operation, aim, pick }: Step): boolean {
  return aim === 409 && (operation.method === "GET" || pick % 3 === 0);
}

/** Another process's, and pages and changes that there are not, for what is to be found nowhere. */
function verifierFor({ operation, aim }: Step, { verifier }: World): Verifier | null {
  if (!operation.path.startsWith("/api/verifier/")) return null;
  return aim === 404 ? { ...verifier, session: randomUUID(), page: "0".repeat(64), change: "1.1" } : verifier;
}

function pathOf({ path, parameters }: Operation, { uuid, number }: TestedKey, asked: Asked): string {
  const { speaker, ambiguousId, verifier } = asked;
  const ofFeed: Record<string, string | undefined> = { sha256: verifier?.page, change: verifier?.change };
  const text = path.startsWith("/api/users/") ? (ambiguousId ?? speaker.id) : uuid;
  const slash = path.startsWith("/api/auth/") ? "/" : "";
  return (
    path.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (ofFeed[name] !== undefined) return ofFeed[name];
      const parameter = parameters.find((one) => one.name === name);
      return parameter?.schema.type === "integer" ? String(number) : text;
    }) + slash
  );
}

function queryOf(fields: Record<string, Json>): string {
  const pairs = Object.entries(fields).map(([name, value]) => [name, String(value).toWellFormed()]);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}

/** One of the ways that the document names, as a program would send it. */
function credentialsFor(
  { operation, aim, pick }: Step,
  speaker: Person,
  key: TestedKey,
  body: Buffer | null,
  id: string,
  { world, url }: Place,
): [string, string][] {
  const ways = operation.security.filter((way) => way !== "" || operation.security.length === 1 || (aim < 500 && pick % 3 === 0));
  // Nobody but a service can lack something there, and of who may read receipts nobody else is counted.
  const isOfService = aim === 403 || (aim === 429 && operation.path.startsWith("/api/verifier/"));
  const way = isOfService && ways.includes("service") ? "service" : choose(pick).what(ways);
  const { ADMIN_API_SECRET = "", SERVICE_API_SECRET = "", USAGE_WEBHOOK_SECRET = "" } = world.portal.settings;
  const own: [string, string] = ["Origin", url];
  const bearer = (token: string): [string, string][] => [["Authorization", `Bearer ${token}`]];
  if (aim === 401) return way === "" ? [own] : [];
  switch (way) {
    case "accessToken":
      return bearer(speaker.access);
    case "sessionCookie":
      return [["Cookie", speaker.cookie], own];
    case "service":
      return bearer(aim === 403 ? world.services.narrow : world.services.wide);
    case "adminSecret":
      return [["X-Admin-Secret", ADMIN_API_SECRET]];
    case "serviceSecret":
      return bearer(SERVICE_API_SECRET);
    case "apiKey":
      return bearer(key.credential);
    case "usageSignature":
      return [
        ["x-signature", signUsage(body ?? Buffer.alloc(0), USAGE_WEBHOOK_SECRET)],
        ["x-idempotency-key", id],
      ];
    default:
      return operation.path.startsWith("/api/auth/") ? [own] : [];
  }
}

async function fill(recipe: Recipe, asked: Asked): Promise<Json | undefined> {
  if (recipe instanceof Fill) return recipe.fill(asked);
  if (Array.isArray(recipe)) return Promise.all(recipe.map(async (item) => (await fill(item, asked)) ?? null));
  if (typeof recipe !== "object" || recipe === null) return recipe;
  const fields: [string, Json][] = [];
  for (const [name, part] of Object.entries(recipe)) {
    const value = await fill(part, asked);
    if (value !== undefined) fields.push([name, value]);
  }
  return Object.fromEntries(fields);
}

function changeFields(body: Json, { mutations }: Step, cast: Cast, speaker: Person): Json {
  let changed = body;
  for (const mutation of mutations) {
    const change = FIELD_CHANGES[mutation.kind];
    if (change && typeof changed === "object" && changed !== null && !Array.isArray(changed))
      changed = change(changed, chooseBy(mutation), cast, speaker);
  }
  return changed;
}

function changeBody(body: Buffer | null, mutations: readonly Mutation[]): Buffer | null {
  if (body === null) return null;
  return mutations.reduce((changed, mutation) => BODY_CHANGES[mutation.kind]?.(changed, chooseBy(mutation)) ?? changed, body);
}

function changeWire(draft: Draft, mutations: readonly Mutation[], cast: Cast, speaker: Person): Draft {
  return mutations.reduce(
    (changed, mutation) => WIRE_CHANGES[mutation.kind]?.(changed, chooseBy(mutation), cast, speaker) ?? changed,
    draft,
  );
}

function chooseBy({ where, what }: Mutation): Choose {
  return { where: choose(where).what, what: choose(what).what };
}

/** The one of a list that a number stands for. */
function choose(number: number): Pick<Choose, "what"> {
  return { what: <Item>(items: readonly Item[]) => items[number % items.length] as Item };
}
