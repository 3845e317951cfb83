import { query } from "../../tests/support/database";
import { type Exchange, readFields } from "./aims";
import type { Json } from "./document";
import { type Cast, type Person, signInAgain, type TestedKey } from "./people";

/** What ends the sessions of whoever asks. */
const ENDS_SESSIONS = /\/(logout|sign-out|change-password|password\/change|password\/reset\/confirm)$/;

/** Has the cast know what an answer has changed, so that later requests of a sample build on it. */
export async function learn({ step, reply, speaker, key, newPassword, draft }: Exchange, cast: Cast): Promise<void> {
  const { operation } = step;
  if (reply.status >= 300 || draft.method !== operation.method || speaker === cast.crowded) return;
  const answer = readFields(reply.text) ?? {};
  const data = fieldsOf(answer.data) ?? answer;
  const tokens = fieldsOf(answer.tokens);
  if (operation.id === "login" && tokens)
    Object.assign(speaker, { access: textOf(tokens.access), refresh: textOf(tokens.refresh) });
  if (ENDS_SESSIONS.test(operation.path)) {
    if (operation.hasPassword) speaker.password = passwordIn(draft.body) ?? newPassword;
    await signInAgain(speaker);
  }
  if (typeof answer.next_cursor === "string") cast.cursors.set(operation.id, answer.next_cursor);
  await learnKey(operation.id, data, key, speaker);
}

async function learnKey(operation: string, data: Record<string, Json>, key: TestedKey, speaker: Person): Promise<void> {
  const made = fieldsOf(data.key);
  if (made && typeof made.key === "string") return keep(speaker, String(made.id), made.key, null);
  const id = data.id ?? data.key_id;
  if (typeof data.api_key === "string" && typeof id === "string" && !data.api_key.endsWith("...")) {
    const known = speaker.keys.find(({ uuid }) => uuid === id);
    const fresh = { credential: data.api_key, secret: typeof data.secret_key === "string" ? data.secret_key : null };
    if (known) Object.assign(known, fresh);
    else await keep(speaker, id, fresh.credential, fresh.secret);
    return;
  }
  if (/revoke/i.test(operation)) key.fate = "revoked";
  if (/delete/i.test(operation)) key.fate = "deleted";
  if (/restore/i.test(operation)) key.fate = "live";
  if (operation === "changeKey" && typeof data.self_rotation === "boolean") key.isSelfRotating = data.self_rotation;
}

/** One more key of somebody. Each API names it by another id. */
async function keep({ keys }: Person, id: string, credential: string, secret: string | null): Promise<void> {
  const where = /^\d+$/.test(id) ? "id = $1::bigint" : "uuid = $1::uuid";
  const [row] = await query<{ uuid: string; number: number }>(`SELECT uuid, id AS number FROM api_keys WHERE ${where}`, [id]);
  if (row) keys.push({ ...row, credential, secret, fate: "live", isSelfRotating: false });
}

/** The one that was set, where something else than the new one was sent. */
function passwordIn(body: Buffer | null): string | undefined {
  const fields = readFields(body);
  const sent = fields?.new_password ?? fields?.newPassword;
  return typeof sent === "string" ? sent : undefined;
}

function fieldsOf(value: Json | undefined): Record<string, Json> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
