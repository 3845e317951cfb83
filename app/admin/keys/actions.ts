"use server";

import { maskCredentials } from "@latchkey/rule/credentials";
import { callAddress } from "@/app/_shell/call-address";
import { explainRepeat, readRegeneration, textOf, withSentences } from "@/app/(portal)/keys/form-fields";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { findAdmin, requireFreshAdmin } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import { receiptsOfDeed } from "@/lib/doors/tell-change";
import type { IssueState, RevokeResult, RevokeState } from "@/lib/keys/action-states";
import { deleteAnyKey, disableAnyKey, enableAnyKey, reissueAnyKey, revokeAnyKey } from "@/lib/keys/admin-changes";
import { adminCreateKeyForSchema, adminDeleteKeysSchema, adminRevokeKeysSchema } from "@/lib/keys/admin-schemas";
import { pauseKeySchema } from "@/lib/keys/change-schemas";
import { createKey } from "@/lib/keys/create";
import { readEnd } from "@/lib/keys/end-form";
import { readLimitForm } from "@/lib/keys/limits";
import { readIdempotencyKey } from "@/lib/keys/schemas";
import type { RecentCalls } from "@/lib/usage/recent-calls";
import { countRecentCallsOfAny, recentCallsSchema } from "@/lib/usage/recent-calls";
import { type FoundPerson, findPeople } from "@/lib/users/find-people";
import { searchText } from "@/lib/values/search-text";

/** Who could be meant, while an owner is being typed; null to whoever may not ask. */
export async function findOwnersAction(typed: string): Promise<FoundPerson[] | null> {
  const admin = await findAdmin();
  return admin && findPeople(admin, searchText.parse(typed));
}

/** For the dialog that revokes. */
export async function recentCallsOfAnyAction(uuids: string[]): Promise<RecentCalls[]> {
  const admin = await findAdmin();
  const asked = recentCallsSchema.safeParse(uuids);
  return admin && asked.success ? countRecentCallsOfAny(admin, asked.data) : [];
}

/** The form carries an id of its own, so that sending it twice makes one key. */
export async function createKeyForAction(_state: FormState, form: FormData): Promise<IssueState> {
  try {
    const admin = await requireFreshAdmin(form);
    const { owner, format, key_name, expires_at, ...limits } = validate(adminCreateKeyForSchema, {
      owner: textOf(form, "owner"),
      format: textOf(form, "format"),
      key_name: textOf(form, "key_name"),
      ...readLimitForm(form),
      expires_at: readEnd(form, admin.timeZone),
      note: textOf(form, "note"),
    });
    const { uuid, name, key, secret } = await createKey(admin.actor, owner, {
      name: key_name,
      ...limits,
      expiresAt: expires_at,
      format,
      idempotencyKey: readIdempotencyKey(textOf(form, "idempotency_key") || null),
    });
    return { fields: {}, values: {}, issued: { uuid, name, key, secret, callAddress: await callAddress() } };
  } catch (error) {
    return explainRepeat(withSentences(await toFormState(error, form)), error, ALREADY_MADE);
  }
}

const way = (uuid: string) => ({ href: `/admin/keys/${uuid}`, text: "Look at it" });
const ALREADY_MADE = {
  sentence: "The first attempt did make the key; only its credentials were lost on the way. Revoke it and make another.",
  way,
};
const ALREADY_REGENERATED = {
  sentence: "The first attempt did regenerate the key; only its new credentials were lost on the way. Regenerate it once more.",
  way,
};

/** Staff see the new credentials once, to hand them over. */
export async function reissueAnyKeyAction(_state: FormState, form: FormData): Promise<IssueState> {
  try {
    const admin = await requireFreshAdmin(form);
    const asked = readRegeneration(form, admin.timeZone);
    const { uuid, name, key, secret, previousExpiresAt } = await reissueAnyKey(admin, textOf(form, "uuid"), asked);
    return {
      fields: {},
      values: {},
      issued: {
        uuid,
        name: maskCredentials(name),
        key,
        secret,
        previousUntil: previousExpiresAt,
        callAddress: await callAddress(),
        ...(previousExpiresAt === null && (await receiptsOfDeed(admin.actor, null))),
      },
    };
  } catch (error) {
    return explainRepeat(withSentences(await toFormState(error, form)), error, ALREADY_REGENERATED);
  }
}

export async function pauseAnyKeyAction(_state: FormState, form: FormData): Promise<FormState> {
  try {
    const admin = await requireFreshAdmin(form);
    const { uuid, deed } = validate(pauseKeySchema, { uuid: textOf(form, "uuid"), deed: textOf(form, "deed") });
    await (deed === "enable" ? enableAnyKey : disableAnyKey)(admin, uuid);
    return { isDone: true, fields: {}, values: {}, ...(await receiptsOfDeed(admin.actor, null)) };
  } catch (error) {
    return withSentences(await toFormState(error, form));
  }
}

/** Revokes each of the keys for itself: one that cannot be revoked does not keep the others alive. */
export async function revokeAnyKeysAction(_state: FormState, form: FormData): Promise<RevokeState> {
  try {
    const admin = await requireFreshAdmin(form);
    const { uuids } = validate(adminRevokeKeysSchema, { uuids: form.getAll("uuid"), understood: textOf(form, "understood") });
    return await withResults(admin, uuids, form, (uuid) => revokeAnyKey(admin, uuid));
  } catch (error) {
    return withSentences(await toFormState(error, form));
  }
}

export async function deleteAnyKeysAction(_state: FormState, form: FormData): Promise<RevokeState> {
  try {
    const admin = await requireFreshAdmin(form);
    const { uuids, name } = validate(adminDeleteKeysSchema, {
      uuids: form.getAll("uuid"),
      name: form.get("name"),
      confirmation: textOf(form, "confirmation"),
    });
    return await withResults(admin, uuids, form, (uuid) => deleteAnyKey(admin, uuid, name));
  } catch (error) {
    return withSentences(await toFormState(error, form));
  }
}

async function withResults(
  admin: CurrentAdmin,
  uuids: string[],
  form: FormData,
  change: (uuid: string) => Promise<void>,
): Promise<RevokeState> {
  const results: RevokeResult[] = [];
  for (const uuid of uuids) {
    const problem = await change(uuid).then(
      () => null,
      async (error: unknown) => (await toFormState(error, form)).message ?? "It could not be done.",
    );
    results.push({ uuid, problem });
  }
  return { fields: {}, values: {}, results, ...(await receiptsOfDeed(admin.actor, null)) };
}
