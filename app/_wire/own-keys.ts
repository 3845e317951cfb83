import { maskCredential } from "@latchkey/rule/credentials";
import { pickLimits } from "@latchkey/rule/limits";
import { KEY_STATUSES, type KeyLife, keyStatus } from "@latchkey/rule/status";
import { z } from "zod";
import type { IssuedKey } from "@/lib/keys/create";
import { limitAnswers } from "@/lib/keys/limits";
import type { listOwnKeys } from "@/lib/keys/list";
import type { RegeneratedKey } from "@/lib/keys/regenerate";

type OwnKey = Omit<Awaited<ReturnType<typeof listOwnKeys>>["keys"][number], "totalUses"> & Used;

/** Whether it can be used, and how much it was. */
const stateAnswers = {
  status: z.enum(KEY_STATUSES),
  is_active: z.boolean(),
  total_uses: z.int().meta({ description: "Calls reported so far." }),
  last_used: z.date().nullable(),
};

export const issuedKeyAnswer = z
  .strictObject({
    id: z.uuid(),
    key_name: z.string(),
    api_key: z.string().meta({ description: "The credential, shown this once." }),
    secret_key: z
      .string()
      .nullable()
      .meta({ description: "Its secret, shown this once. Keys that begin with `datazag_` have none." }),
    ...limitAnswers,
    created_at: z.date(),
    expires_at: z.date().nullable(),
    ...stateAnswers,
    updated_at: z.date().meta({ description: "When it was made, or last changed." }),
  })
  .meta({ id: "IssuedKey" });

export const regeneratedKeyAnswer = issuedKeyAnswer
  .extend({
    previous_expires_at: z.date().optional().meta({ description: "With a grace: when the old credentials end." }),
  })
  .meta({ id: "RegeneratedKey" });

export const generatedKeyAnswer = z
  .strictObject({
    api_key: issuedKeyAnswer.shape.api_key,
    key: z.string().meta({ description: "The same." }),
    secret_key: issuedKeyAnswer.shape.secret_key,
    key_id: z.uuid(),
    name: z.string(),
    ...limitAnswers,
    created_at: z.date(),
    expires_at: z.date().nullable(),
  })
  .meta({ id: "GeneratedKey" });

export const ownKeyAnswer = z
  .strictObject({
    id: z.uuid(),
    key_name: z.string(),
    api_key: z
      .string()
      .meta({ description: "Masked: the prefix, six characters and three dots. Of a short imported one, fewer." }),
    secret_key: z.null(),
    ...limitAnswers,
    ...stateAnswers,
    created_at: z.date(),
    expires_at: z.date().nullable(),
  })
  .meta({ id: "Key" });

export const changedKeyAnswer = ownKeyAnswer
  .extend({ note: z.string().nullable(), self_rotation: z.boolean() })
  .meta({ id: "ChangedKey" });

export function toChangedKey(key: OwnKey & { note: string | null; selfRotation: boolean }, now: Date) {
  return { ...toOwnKey(key, now), note: key.note, self_rotation: key.selfRotation };
}

/** A new or regenerated key on the wire: the only answer with credentials in clear. */
export function toIssuedKey(key: Omit<IssuedKey, "id" | "owner">, now = new Date()): z.input<typeof issuedKeyAnswer> {
  return {
    id: key.uuid,
    key_name: key.name,
    api_key: key.key,
    secret_key: key.secret,
    ...pickLimits(key),
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    ...toState(key, now),
    updated_at: key.updatedAt,
  };
}

/** The same in the words of the later front end. */
export function toGeneratedKey(key: Omit<IssuedKey, "id" | "owner">): z.input<typeof generatedKeyAnswer> {
  return {
    api_key: key.key,
    key: key.key,
    secret_key: key.secret,
    key_id: key.uuid,
    name: key.name,
    ...pickLimits(key),
    created_at: key.createdAt,
    expires_at: key.expiresAt,
  };
}

export function toRegeneratedKey({ previousExpiresAt, ...key }: RegeneratedKey): z.input<typeof regeneratedKeyAnswer> {
  return { ...toIssuedKey(key), ...(previousExpiresAt && { previous_expires_at: previousExpiresAt }) };
}

type Used = KeyLife & { totalUses: number | bigint; lastUsedAt: Date | null };

function toState(key: Used, now: Date) {
  const status = keyStatus(key, now);
  return { status, is_active: status === "active", total_uses: Number(key.totalUses), last_used: key.lastUsedAt };
}

export const keyStatusAnswer = z.strictObject({ id: z.uuid(), status: z.enum(KEY_STATUSES), is_active: z.boolean() });

export function toKeyStatus(key: KeyLife & { uuid: string }, now: Date): z.input<typeof keyStatusAnswer> {
  const status = keyStatus(key, now);
  return { id: key.uuid, status, is_active: status === "active" };
}

export function toOwnKey(key: OwnKey, now: Date): z.input<typeof ownKeyAnswer> {
  return {
    id: key.uuid,
    key_name: key.name,
    api_key: maskCredential(key.format, key.hint),
    secret_key: null,
    ...pickLimits(key),
    ...toState(key, now),
    created_at: key.createdAt,
    expires_at: key.expiresAt,
  };
}
