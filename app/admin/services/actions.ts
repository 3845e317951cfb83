"use server";

import { SCOPES, type Scope } from "@latchkey/rule/services";
import { refresh } from "next/cache";
import { publicAddress } from "@/app/_shell/public-address";
import { textOf } from "@/app/(portal)/keys/form-fields";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { type FormState, toFormState } from "@/lib/doors/form-state";
import { requireFreshAdmin } from "@/lib/doors/page-guards";
import { validate } from "@/lib/doors/read-json";
import type { IssueState } from "@/lib/keys/action-states";
import {
  changeService,
  createService,
  revokeCredential,
  revokeService,
  rotateService,
  switchSharedSecret,
} from "@/lib/services/manage";
import {
  changeServiceSchema,
  confirmRevocationSchema,
  createServiceSchema,
  revokeCredentialSchema,
  rotateServiceSchema,
  sharedSecretSchema,
} from "@/lib/services/schemas";
import { endOfDay } from "@/lib/values/zones";
import { toRefusal } from "../refusal";

/** A form that is sent twice makes one service: its name is taken then. */
export async function createServiceAction(
  _state: FormState,
  form: FormData,
): Promise<IssueState & { issued?: { scopes: Scope[] } }> {
  try {
    const admin = await requireFreshAdmin(form);
    const fields = validate(createServiceSchema, readFields(form, admin));
    const { id, name, credential } = await createService(admin.actor, fields);
    const shown = { uuid: id, name, key: credential, secret: null, callAddress: await publicAddress() };
    return { fields: {}, values: {}, issued: { ...shown, scopes: fields.scopes } };
  } catch (error) {
    return toFormState(error, form);
  }
}

export async function rotateServiceAction(_state: FormState, form: FormData): Promise<IssueState> {
  try {
    const admin = await requireFreshAdmin(form);
    const [id, credential, overlapSeconds] = ["id", "credential", "grace_seconds"].map((name) => textOf(form, name));
    const asked = validate(rotateServiceSchema, { id, credential, overlapSeconds });
    const { formerUntil, ...made } = await rotateService(admin.actor, asked);
    return {
      fields: {},
      values: {},
      issued: {
        uuid: made.id,
        name: made.name,
        key: made.credential,
        secret: null,
        callAddress: await publicAddress(),
        previousUntil: asked.overlapSeconds === 0 ? null : formerUntil,
      },
    };
  } catch (error) {
    return toRefusal(error, form);
  }
}

export async function changeServiceAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, async (admin) => {
    const [id, version, isSure] = [textOf(form, "id"), textOf(form, "version"), form.get("isSure") === "on"];
    await changeService(admin.actor, validate(changeServiceSchema, { ...readFields(form, admin), id, version, isSure }));
    return "Saved. Every server goes by it within two seconds.";
  });
}

export async function revokeServiceCredentialAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, async (admin) => {
    await revokeCredential(admin.actor, validate(revokeCredentialSchema, Object.fromEntries(form)));
    return "The credential is revoked. No server accepts it two seconds from now.";
  });
}

export async function revokeServiceAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, async (admin) => {
    await revokeService(admin.actor, validate(confirmRevocationSchema, Object.fromEntries(form)));
    return "The service is revoked. No server accepts what it had two seconds from now.";
  });
}

export async function switchSharedSecretAction(_state: FormState, form: FormData): Promise<FormState> {
  return change(form, async (admin) => {
    const asked = validate(sharedSecretSchema, { name: textOf(form, "name"), isOff: form.get("isOff") === "true" });
    await switchSharedSecret(admin.actor, asked);
    return `${asked.name} is ${asked.isOff ? "switched off" : "accepted again"}. Every server goes by it within two seconds.`;
  });
}

/** Bounds are those of reports: of a service that may not report there are none. Nor does one serve that follows no feed. */
function readFields(form: FormData, { timeZone }: CurrentAdmin) {
  const scopes = SCOPES.filter((scope) => form.get(`scope:${scope}`) === "on");
  const bound = (name: string) => (scopes.includes("usage") ? textOf(form, name) : "");
  return {
    name: textOf(form, "name"),
    scopes,
    networks: textOf(form, "networks"),
    owners: bound("owners"),
    maxCreditsPerReport: bound("maxCreditsPerReport"),
    maxCreditsPerMinute: bound("maxCreditsPerMinute"),
    serveForSeconds: (scopes.includes("feed") && textOf(form, "serveForSeconds").trim()) || "0",
    expiresAt: readLastDay(form, timeZone),
  };
}

/** The end of a day there. What it was before stays to the second where its day was left as it is. */
function readLastDay(form: FormData, timeZone: string): string {
  const day = textOf(form, "last_day");
  if (day === "") return "";
  if (day === textOf(form, "former_day")) return textOf(form, "former_end");
  return endOfDay(day, timeZone)?.toISOString() ?? "no day";
}

/** Who comes before what they sent. */
async function change(form: FormData, run: (admin: CurrentAdmin) => Promise<string>): Promise<FormState> {
  try {
    const admin = await requireFreshAdmin(form);
    const message = await run(admin);
    refresh();
    return { isDone: true, fields: {}, values: {}, message };
  } catch (error) {
    return toRefusal(error, form);
  }
}
