"use server";

import { refresh } from "next/cache";
import { callAddress } from "@/app/_shell/call-address";
import { keyDeedPage } from "@/components/keys/key-pages";
import type { CurrentUser } from "@/lib/audit/actors";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { findUser, requireUserOfForm } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import { receiptsOfDeed } from "@/lib/doors/tell-change";
import { requireWriterOfForm } from "@/lib/doors/writers";
import type { IssueState, RevokeResult, RevokeState } from "@/lib/keys/action-states";
import { changeKeySchema, pauseKeySchema } from "@/lib/keys/change-schemas";
import { createKey } from "@/lib/keys/create";
import { readEnd } from "@/lib/keys/end-form";
import { endGrace } from "@/lib/keys/end-grace";
import { findFirstCall } from "@/lib/keys/first-call";
import { readLimitChanges, readLimitForm } from "@/lib/keys/limits";
import { disableKey, enableKey } from "@/lib/keys/pause";
import { regenerateKey } from "@/lib/keys/regenerate";
import { revokeKey } from "@/lib/keys/revoke";
import { createKeySchema, readIdempotencyKey } from "@/lib/keys/schemas";
import { PAGE_SIZE } from "@/lib/keys/search";
import { updateKey } from "@/lib/keys/update";
import { countRecentCalls, type RecentCalls, recentCallsSchema } from "@/lib/usage/recent-calls";
import { AppError } from "@/lib/values/errors";
import { explainRepeat, readRegeneration, textOf, withSentences } from "./form-fields";

/** The form carries an id of its own, so that sending it twice makes one key. */
export async function createKeyAction(_state: FormState, form: FormData): Promise<IssueState> {
  try {
    const user = await requireWriterOfForm(form);
    const { key_name, expires_at, ...limits } = validate(createKeySchema, {
      key_name: textOf(form, "key_name"),
      ...readLimitForm(form),
      expires_at: readEnd(form, user.timeZone),
      note: textOf(form, "note"),
    });
    const { uuid, name, key, secret } = await createKey(user.actor, user.id, {
      name: key_name,
      ...limits,
      expiresAt: expires_at,
      format: "mf_live",
      idempotencyKey: readIdempotencyKey(textOf(form, "idempotency_key") || null),
    });
    return { fields: {}, values: {}, issued: { uuid, name, key, secret, callAddress: await callAddress(), isNew: true } };
  } catch (error) {
    return explainRepeat(withSentences(await toFormState(error, form)), error, ALREADY_MADE);
  }
}

export async function regenerateKeyAction(_state: FormState, form: FormData): Promise<IssueState> {
  try {
    const user = await requireWriterOfForm(form);
    const asked = readRegeneration(form, user.timeZone);
    // Of a key that was in use, nobody could tell with which credential the next call is made.
    const isNew = (await findFirstCall(user, textOf(form, "uuid"))).state === "none";
    const { uuid, name, key, secret, previousExpiresAt } = await regenerateKey(user, textOf(form, "uuid"), asked);
    const issued = { uuid, name, key, secret, previousUntil: previousExpiresAt, callAddress: await callAddress(), isNew };
    const told = previousExpiresAt === null ? await receiptsOfDeed(user.actor, user.id) : {};
    return { fields: {}, values: {}, issued: { ...issued, ...told } };
  } catch (error) {
    return explainRepeat(withSentences(await toFormState(error, form)), error, ALREADY_REGENERATED);
  }
}

/** A field whose choice is "keep" is left out. */
export async function updateKeyAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const user = await requireWriterOfForm(form);
    const { key_name, expires_at, self_rotation, ...changes } = validate(changeKeySchema, {
      key_name: textOf(form, "key_name"),
      ...readLimitChanges(form),
      expires_at: textOf(form, "expiry") === "keep" ? undefined : readEnd(form, user.timeZone),
      note: textOf(form, "note"),
      self_rotation: textOf(form, "self_rotation") === "on",
    });
    await updateKey(user, textOf(form, "uuid"), {
      name: key_name,
      ...changes,
      selfRotation: self_rotation,
      ...(expires_at && { expiresAt: expires_at }),
    });
    const told = await receiptsOfDeed(user.actor, user.id);
    refresh();
    return { isDone: true, message: "Saved.", fields: {}, values: {}, ...told };
  } catch (error) {
    return withSentences(await toFormState(error, form));
  }
}

export async function pauseKeyAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const user = await requireWriterOfForm(form);
    const { uuid, deed } = validate(pauseKeySchema, { uuid: textOf(form, "uuid"), deed: textOf(form, "deed") });
    await (deed === "enable" ? enableKey : disableKey)(user, uuid);
    return { isDone: true, fields: {}, values: {}, ...(await receiptsOfDeed(user.actor, user.id)) };
  } catch (error) {
    return withSentences(await toFormState(error, form));
  }
}

/** Revokes each of the keys for itself: one that cannot be revoked does not keep the others alive. */
export async function revokeKeysAction(_state: FormState, form: FormData): Promise<RevokeState> {
  try {
    const user = await requireUserOfForm(form);
    if (textOf(form, "understood") !== "on") {
      throw new AppError("INVALID_INPUT", { fields: { understood: ["Tick this first."] } });
    }
    const results: RevokeResult[] = [];
    for (const uuid of form.getAll("uuid").slice(0, PAGE_SIZE)) results.push(await revokeOne(user, String(uuid), form));
    return { fields: {}, values: {}, results, ...(await receiptsOfDeed(user.actor, user.id)) };
  } catch (error) {
    return withSentences(await toFormState(error, form));
  }
}

async function revokeOne(user: CurrentUser, uuid: string, form: FormData): Promise<RevokeResult> {
  try {
    await revokeKey(user, uuid);
    return { uuid, problem: null };
  } catch (error) {
    const { message } = await toFormState(error, form);
    return { uuid, problem: message ?? "It could not be revoked." };
  }
}

/** For the dialog that revokes. Whoever is signed out by now learns that when they revoke. */
export async function recentCallsAction(uuids: string[]): Promise<RecentCalls[]> {
  const user = await findUser();
  return user ? countRecentCalls(user, validate(recentCallsSchema, uuids)) : [];
}

export async function endGraceAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const user = await requireUserOfForm(form);
    await endGrace(user, textOf(form, "uuid"));
    return { isDone: true, fields: {}, values: {}, ...(await receiptsOfDeed(user.actor, user.id)) };
  } catch (error) {
    return withSentences(await toFormState(error, form));
  }
}

const way = (uuid: string) => ({ href: keyDeedPage(uuid, "regenerate"), text: "Regenerate it" });
const ALREADY_MADE = {
  sentence: "Your first attempt did make the key; only its credentials were lost on the way.",
  way,
};
const ALREADY_REGENERATED = {
  sentence: "Your first attempt did regenerate the key; only its new credentials were lost on the way.",
  way,
};
