import "server-only";
import { timingSafeEqual } from "node:crypto";
import type { Incoming } from "@/lib/request/context";
import type { Network } from "@/lib/request/network";
import { deviceCookie } from "@/lib/settings/cookie-names";
import { env } from "@/lib/settings/env";
import { dayOf } from "@/lib/values/days";
import { keyedHash } from "./derived-secret";

/** So long after somebody last signed in there a browser, and a network, is known to their account. */
export const KNOWN_DAYS = 90;
const KNOWN_SECONDS = KNOWN_DAYS * 24 * 3600;
/** Accounts that one browser is known to. */
const MOST_ACCOUNTS = 10;

/** An id, the second of the sign-in, and an HMAC of both and the account: whose it is shows only to who asks for them. */
const ENTRY = /^([\w-]{22})\.([0-9a-z]{1,9})\.([\w-]{22})$/;
const SEPARATOR = "~";

/** The id of the browser whose cookies these are, when it is known to the account; else null. */
export function findDevice(headers: Incoming["headers"], userId: string, now = Date.now()): string | null {
  return entriesOf(headers, now).find((entry) => isOf(userId, entry))?.id ?? null;
}

/**
 * The cookie after a sign-in. A browser that was not known gets the id that any other gets which signs in to the same account
 * on that day in that network: nobody gathers ids by signing in often.
 */
export function rememberedDevice(headers: Incoming["headers"], userId: string, network: Network, now = Date.now()) {
  const known = entriesOf(headers, now);
  const id = known.find((entry) => isOf(userId, entry))?.id ?? newId(userId, network, now);
  const at = Math.floor(now / 1000).toString(36);
  const own = [id, at, macOf(userId, id, at)].join(".");
  const others = known.filter((entry) => !isOf(userId, entry)).map(({ text }) => text);
  const value = [own, ...others].slice(0, MOST_ACCOUNTS).join(SEPARATOR);
  const secure = env().appUrl.startsWith("https:");
  return {
    name: deviceCookie(),
    value,
    options: { httpOnly: true, secure, sameSite: "lax" as const, path: "/", maxAge: KNOWN_SECONDS },
  };
}

type Entry = { text: string; id: string; at: string; mac: string };

function entriesOf(headers: Incoming["headers"], now: number): Entry[] {
  const name = `${deviceCookie()}=`;
  const cookies = (headers.get("cookie") ?? "").split(/;\s*/).filter((cookie) => cookie.startsWith(name));
  const texts = cookies.flatMap((cookie) => cookie.slice(name.length).split(SEPARATOR, MOST_ACCOUNTS));
  return texts.slice(0, MOST_ACCOUNTS).flatMap((text) => {
    const [, id, at, mac] = ENTRY.exec(text) ?? [];
    if (!id || !at || !mac) return [];
    const age = now / 1000 - Number.parseInt(at, 36);
    return age < KNOWN_SECONDS ? [{ text, id, at, mac }] : [];
  });
}

function isOf(userId: string, { id, at, mac }: Entry): boolean {
  return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(userId, id, at)));
}

function macOf(userId: string, id: string, at: string): string {
  return keyedHash("device", `${userId} ${id} ${at}`).toString("base64url");
}

function newId(userId: string, { near }: Network, now: number): string {
  return keyedHash("device id", `${userId} ${near} ${dayOf(new Date(now))}`).toString("base64url");
}
