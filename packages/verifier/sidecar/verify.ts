import * as z from "zod/mini";
import type { Asked } from "../authorize";
import type { Verdict } from "../types";
import { Refused, tryLater } from "./refused";

const MAX_KEYS = 100;
const KEY_COUNT = `keys must be a list of 1 to ${MAX_KEYS}`;
const WHOLE = "cost must be a whole number of credits";
const ENTRY = "it must be a credential, or an object with one";
const KEY = "key is required";

const text = (name: string) => z.nullish(z.string(`${name} must be a string`));
const cost = z.int(WHOLE).check(z.minimum(0, "cost must not be negative"), z.maximum(1_000_000_000, "cost is too large"));
const fields = { secret: text("secret"), permission: text("permission"), ip: text("ip"), cost: z.nullish(cost) };

/** The body of the portal's `POST /api/keys/verify`: a call costs one credit unless it says otherwise. */
const one = z.strictObject({ key: z.string(KEY).check(z.minLength(1, KEY)), ...fields });
const entry = z.strictObject(
  { key: z.string(KEY), ...fields },
  { error: ({ code }) => (code === "invalid_type" ? ENTRY : undefined) },
);
const many = z.strictObject({
  keys: z
    .array(
      z.pipe(
        z.transform((given) => (typeof given === "string" ? { key: given } : given)),
        entry,
      ),
      KEY_COUNT,
    )
    .check(z.minLength(1, KEY_COUNT), z.maxLength(MAX_KEYS, KEY_COUNT)),
});

/** What the portal would answer. @throws Refused */
export async function verifyBody(verifier: Asked, body: Record<string, unknown>): Promise<object> {
  if (body.keys === undefined) return answerOf(await ask(verifier, read(one, body)));
  const { keys } = read(many, body);
  return { results: (await Promise.all(keys.map((each) => ask(verifier, each)))).map(answerOf) };
}

/** @throws Refused for the first thing that is wrong with it */
function read<Schema extends z.ZodMiniType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const { issues } = result.error;
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys");
  const { path = [], message = "The request body is not valid" } = unknown ?? issues[0] ?? {};
  const place = path.length > 1 ? `${String(path[0])}[${String(path[1])}]: ` : "";
  // A name can be a credential that stands in the wrong place.
  if (unknown) throw new Refused(400, "UNKNOWN_FIELD", `${place}Unknown field. Known are: key, secret, permission, ip, cost.`);
  throw new Refused(400, "INVALID_INPUT", `${place}${message}`);
}

function ask(verifier: Asked, { key, secret, permission, cost }: z.output<typeof entry>): Promise<Verdict> {
  return verifier.verify(key, { secret: secret ?? undefined, permission: permission ?? undefined, cost: cost ?? 1 });
}

/** @throws Refused where nobody can say */
function answerOf(verdict: Verdict): object {
  if (verdict.valid) {
    const { valid, code, key_id, name, user_id, permissions, credits, expires_at } = verdict;
    return { valid, code, key_id, name, user_id, permissions, credits, expires_at };
  }
  const { valid, code, reason, key_id, retry_after } = verdict;
  if (code === "UNAVAILABLE") throw tryLater(retry_after);
  return { valid, code, reason, ...(key_id !== undefined && { key_id }), ...(code === "RATE_LIMITED" && { retry_after }) };
}
