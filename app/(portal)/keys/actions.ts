"use server";

import type { CreateKeyState } from "@/components/keys/issued-key";
import { AppError } from "@/lib/errors";
import { type FormState, toFormState } from "@/lib/http/form-state";
import { validate } from "@/lib/http/read-json";
import { requireUser } from "@/lib/identity/page-callers";
import { createKey } from "@/lib/keys/create";
import { createKeySchema, readIdempotencyKey } from "@/lib/keys/schemas";
import { readPermissions, refusePast, textOf, withSentences } from "./form-fields";

/** The form carries an id of its own, so that sending it twice makes one key. */
export async function createKeyAction(_state: FormState, form: FormData): Promise<CreateKeyState> {
  try {
    const user = await requireUser("/keys");
    const { key_name, permissions, expires_at } = validate(createKeySchema, {
      key_name: textOf(form, "key_name"),
      permissions: readPermissions(form),
      expires_at: textOf(form, "expires_at"),
    });
    refusePast(expires_at);
    const { uuid, name, key, secret } = await createKey(user.actor, user.id, {
      name: key_name,
      permissions,
      expiresAt: expires_at,
      format: "mf_live",
      idempotencyKey: readIdempotencyKey(textOf(form, "idempotency_key") || null),
    });
    return { fields: {}, values: {}, issued: { uuid, name, key, secret } };
  } catch (error) {
    const state = withSentences(await toFormState(error, form));
    return error instanceof AppError && error.code.startsWith("IDEMPOTENCY_KEY_") ? { ...state, message: ALREADY_MADE } : state;
  }
}

const ALREADY_MADE =
  "Your first attempt did make the key; only its credentials were lost on the way. Close this, find the key in the list and regenerate it.";
