import fc from "fast-check";
import type { Json } from "./document";
import type { Person, TestedKey } from "./people";

/** What is known when a request is written: who speaks, and what about. */
/** What a process that follows the feed has. */
export type Verifier = { session: string; token: string; epoch: string; cursor: string; page: string; change: string };

export type Asked = {
  speaker: Person;
  key: TestedKey;
  /** Somebody who is not there yet. */
  newEmail: string;
  newPassword: string;
  isRegistering: boolean;
  mailedToken(): Promise<string>;
  cursor: string | null;
  /** Null for what is not of the feed. */
  verifier: Verifier | null;
  /** Of a request that is meant to name two people. */
  ambiguousId: string | null;
  /** Whether more is to be asked for than there is. */
  isTooMuch: boolean;
};

/** A part of a request that is only known when it is written. `undefined` leaves the field out. */
export class Fill {
  constructor(readonly fill: (asked: Asked) => Json | undefined | Promise<Json>) {}
}

export type Recipe = Fill | null | boolean | number | string | Recipe[] | { [name: string]: Recipe };

const filled = (fill: Fill["fill"]): fc.Arbitrary<Recipe> => fc.constant(new Fill(fill));

const words = fc.constantFrom("Laptop", "Build server", "Ünïcode ключ", "名前", "a-b_c.d", "👩‍💻 demo", "O'Neil & <b>Söhne</b>");
/** Mostly what people write, at times whatever there is. */
export const text: fc.Arbitrary<Recipe> = fc.oneof(
  { arbitrary: words, weight: 6 },
  { arbitrary: fc.string({ minLength: 1, maxLength: 40 }), weight: 2 },
  { arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), weight: 1 },
);

const instants = fc.constantFrom(
  ...[null, "", "2031-01-01T00:00:00Z", "2030-06-30T12:00:00+03:00", "2031-12-31", "2020-01-01T00:00:00.000Z"],
);

/** What a field of this name means, wherever it stands. A name that is not here is made from its schema alone. */
export const FILLS: Record<string, fc.Arbitrary<Recipe>> = {
  email: filled(({ isRegistering, newEmail, speaker }) => (isRegistering ? newEmail : speaker.email)),
  password: filled(({ isRegistering, newPassword, speaker }) => (isRegistering ? newPassword : speaker.password)),
  password_confirm: filled(({ newPassword }) => newPassword),
  old_password: filled(({ speaker }) => speaker.password),
  currentPassword: filled(({ speaker }) => speaker.password),
  new_password: filled(({ newPassword }) => newPassword),
  newPassword: filled(({ newPassword }) => newPassword),
  new_password_confirm: filled(({ newPassword }) => newPassword),
  refresh: filled(({ speaker }) => speaker.refresh),
  token: filled(({ mailedToken, verifier }) => verifier?.token ?? mailedToken()),
  session: filled(({ verifier }) => verifier?.session),
  epoch: filled(({ verifier }) => verifier?.epoch),
  userId: filled(({ speaker, ambiguousId }) => ambiguousId ?? speaker.id),
  external_id: fc.oneof(
    fc.constant<Recipe>(null),
    filled(({ newEmail }) => newEmail),
  ),
  source: fc.constantFrom(null, "mifumo", "datazag"),
  credits: fc.integer({ min: 0, max: 5_000 }),
  amount: fc.integer({ min: 1, max: 500 }).map((amount) => new Fill(({ isTooMuch }) => (isTooMuch ? -(2 ** 50) : amount))),
  reference: fc.oneof(
    fc.constant<Recipe>(null),
    filled(({ newEmail }) => newEmail),
  ),
  key_id: filled(({ key }) => key.uuid),
  keyId: filled(({ key }) => key.uuid),
  key: filled(({ key }) => key.credential),
  apiKey: filled(({ key }) => key.credential),
  secret: fc.oneof(
    fc.constant<Recipe>(null),
    filled(({ key }) => key.secret),
  ),
  cursor: filled(({ cursor, verifier }) => verifier?.cursor ?? cursor ?? undefined),
  wait: fc.constant(0),
  instance: fc.constantFrom("api-eu-3/4711", "worker 2"),
  version: fc.constantFrom("1.0.0", "2.0.0-beta.1"),
  on_stale: fc.constantFrom("ask", "refuse"),
  bound_ms: fc.integer({ min: 500, max: 2_000 }),
  as_of: fc.constantFrom<Recipe>(null, new Fill(() => Date.now())),
  // Others need the session.
  final: fc.constant(false),
  timezone: fc.constantFrom("UTC", "Africa/Dar_es_Salaam", "Europe/Berlin"),
  permissions: fc.constantFrom<Recipe>(null, ["read"], ["read", "write"], [], {}, { sms: ["send", "status"], "*": ["read"] }),
  permission: fc.constantFrom(null, "read", "write", "sms:send"),
  expires_at: instants,
  ip: fc.constantFrom(null, "203.0.113.9", "2001:db8::1"),
  callbackURL: fc.constant("/keys"),
  id: fc.uuid(),
  delta: fc.integer({ min: 0, max: 40 }),
  ts: fc
    .integer({ min: 0, max: 30 * 24 * 3600 })
    .chain((ago) => fc.constantFrom<Recipe>(null, new Fill(() => Date.now() - ago * 1000))),
  name: text,
  key_name: text,
  first_name: text,
  last_name: text,
  note: text,
  reason: text,
  endpoint: text,
};

/** Optional by the schema, and without them next to nothing goes well. */
export const ALWAYS = ["userId", "apiKey", "wait"];
