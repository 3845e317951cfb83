import { query } from "../../tests/support/database";
import { readFields, type Sender } from "./aims";
import type { Json } from "./document";
import { type Reply, send } from "./send";

/** A fault that is put between the requests and what answers them, where the product itself has none. */
export type Plant = {
  name: string;
  /** By which rule it has to be found. */
  rule: string;
  sender?: Sender;
  /** Put into the database. */
  sow?: string;
};

const answered = (change: (reply: Reply, path: string, url: string) => Promise<Reply> | Reply): Sender => {
  return async (url, draft) => change(await send(url, draft), draft.path, url);
};

export function plants(): Plant[] {
  return [
    { name: "an unmasked secret", rule: "a credential where none belongs", sender: unmask() },
    {
      name: "a lost ledger row",
      rule: "a balance that is not its ledger",
      sow: `CREATE FUNCTION lose_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER a_lost_entry BEFORE INSERT ON credit_entries FOR EACH ROW
        WHEN (NEW.kind = 'usage' AND NEW.amount % 7 = 0) EXECUTE FUNCTION lose_entry()`,
    },
    { name: "another owner's row", rule: "another owner's row changed", sender: answered(disableAnybodys) },
    { name: "a 500 on deep JSON", rule: "a failure of ours", sender: failWhenDeep },
    { name: "a missing bound", rule: "an answer over its bound", sender: forgetSmallLimits },
  ];
}

/** In the list of one's keys, those with permissions by resource are shown whole. */
function unmask(): Sender {
  const credentials = new Map<Json, Json>();
  return answered((reply, path) => {
    const data = readFields(JSON.stringify(readFields(reply.text)?.data ?? null)) ?? {};
    if (reply.status === 201 && data.api_key) credentials.set(data.id ?? null, data.api_key);
    if (reply.status !== 200 || !path.startsWith("/api/auth/settings/") || !Array.isArray(data.api_keys)) return reply;
    const unmasked = data.api_keys.map((key) => {
      const { id = null, permissions } = readFields(JSON.stringify(key)) ?? {};
      const whole = Array.isArray(permissions) ? undefined : credentials.get(id);
      return whole ? { ...(key as Record<string, Json>), api_key: whole } : key;
    });
    return { ...reply, text: JSON.stringify({ ...readFields(reply.text), data: { ...data, api_keys: unmasked } }) };
  });
}

/** Says that there is no such key, and disables it all the same. */
async function disableAnybodys(reply: Reply, path: string): Promise<Reply> {
  const [, uuid] = /^\/api\/auth\/keys\/([0-9a-f-]{36})\/disable\/$/.exec(path) ?? [];
  if (uuid && reply.status === 404) await query("UPDATE api_keys SET disabled_at = now() WHERE uuid = $1::uuid", [uuid]);
  return reply;
}

const TOO_DEEP = 400;

const failWhenDeep: Sender = async (url, draft) => {
  const reply = await send(url, draft);
  const isDeep = draft.method === "PATCH" && depthOf(String(draft.body)) > TOO_DEEP;
  return isDeep ? { ...reply, status: 500, text: '{"message":"Internal server error"}' } : reply;
};

/** How deep a JSON text goes, whatever its strings hold. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const sign of text.replace(/"(\\.|[^"\\])*"/g, "")) {
    if (sign === "[" || sign === "{") deepest = Math.max(deepest, ++depth);
    if (sign === "]" || sign === "}") depth -= 1;
  }
  return deepest;
}

/** A limit of one digit is not heeded. */
const forgetSmallLimits: Sender = (url, draft) =>
  send(url, { ...draft, path: draft.path.replace(/([?&])limit=[1-9](?=&|$)/, "$1") });
