import type { KeyFormat } from "./credentials";
import type { Permissions } from "./permissions";

/**
 * What the feed says, for whoever sends it and whoever reads it (docs/decisions/029): a line of JSON each. Instants are
 * milliseconds since 1970 by the database's clock; digests are base64url without padding.
 */
export const FEED_VERSION = 1;

/** What a process may be told to do that knows nothing fresh. */
export const ON_STALE = ["ask", "refuse", "serve"] as const;
/** How old what it knows may be: a check is refused that begins more than the most of it after a revocation (contract §4). */
export const BOUND_MS = { least: 500, most: 2_000 } as const;
/** Of printable ASCII: it stands on a line of lists and logs. */
export const MAX_INSTANCE_LENGTH = 120;

/** A credential as a replica compares it: the first 24 bytes of SHA-256(salt ‖ credential), 32 characters. */
export type FeedCredential = {
  d: string;
  /** Of the secret that belongs to it, in the same way; null when there is none, absent when its digest is not known. */
  s?: string | null;
  /** A replaced one: when its grace ends. */
  until?: number;
};

export const FEED_STATUSES = ["active", "revoked", "disabled", "deleted"] as const;
export type FeedStatus = (typeof FEED_STATUSES)[number];

/** The state of a key, whole: of two with one id, the one with the higher `rev` holds, within one epoch. */
export type KeyLine = {
  t: "key";
  id: string;
  rev: number;
  owner: string;
  name: string;
  p: Permissions;
  /** Those whose digest is known; a credential that is missing here has to be asked about. */
  creds: FeedCredential[];
  exp: number | null;
  st: FeedStatus;
};

/** `credits`: what nobody holds, where it is below `FEED_CREDITS_TOLD`; "some" above. */
export type OwnerLine = { t: "owner"; id: string; rev: number; banned: boolean; credits: number | "some" };
export const FEED_CREDITS_TOLD = 1_000;

/** What there was and is no longer, so that nobody goes on with it. */
export type GoneLine = { t: "gone"; kind: "key" | "owner"; id: string };

export type StateLine = KeyLine | OwnerLine | GoneLine;

/**
 * What is held of these is true no longer, and too much changed at once to say how: `ids` are uuids of 16 bytes, one after the
 * other, base64url. Each has to be asked about until a state of it comes, from a snapshot that is younger.
 */
export type AskLine = { t: "ask"; kind: "key" | "owner"; ids: string };
/** Of one line. */
export const MAX_ASKED_IDS = 40_000;

/** So many keys and so many replaced credentials are counted, whatever their forms: from there on none is known to have no more. */
export const UNSEALED_COUNTED = 10_000;
/** How many live credentials of each form have no digest yet; told as long as there is one. */
export type UnsealedLine = { t: "unsealed" } & UnsealedCounts;
export type UnsealedCounts = Record<KeyFormat, number>;

/** What stands in a round before its frame. */
export type RoundLine = StateLine | AskLine | UnsealedLine;

/**
 * Ends a round: the `lines` lines before it, whose bytes have the SHA-256 `sha256`, are all that changed between the two
 * cursors. `as_of` is an instant before `to` was taken. `unsealed`: live credentials whose digest is not known, of all forms.
 */
export type FrameLine = {
  t: "frame";
  epoch: string;
  history: string;
  from: string;
  to: string;
  as_of: number;
  lines: number;
  sha256: string;
  unsealed: number;
  signature: string;
};

export const RESET_REASONS = ["epoch", "history", "lost", "future", "cut", "bulk", "revoked"] as const;
/** Forget everything and begin again with a session; "revoked": never again with this credential. */
export type ResetLine = { t: "reset"; reason: (typeof RESET_REASONS)[number]; epoch: string; as_of: number; signature: string };
export type HelloLine = { t: "hello"; v: typeof FEED_VERSION; session: string; epoch: string };
/** Open the next stream now, and keep this one until that one speaks: it ends after `in_ms`. */
export type ByeLine = { t: "bye"; reason: "time" | "stop" | "slow"; in_ms: number };

export type FeedLine = RoundLine | FrameLine | ResetLine | HelloLine | TimeLine | ByeLine;

/** An answer to whoever polls, beside the frame. */
export type TimeLine = SignedTime & { t: "time" };

/** A time by the database's clock, for whoever sent the nonce. */
export type SignedTime = { session: string; epoch: string; nonce: string; now: number; signature: string };

/** The pages of a snapshot, by the SHA-256 of each in hexadecimal digits. */
export type SnapshotList = {
  epoch: string;
  history: string;
  cursor: string;
  keys: number;
  owners: number;
  pages: string[];
  signature: string;
};

/** What is signed of each: UTF-8, Ed25519 (RFC 8032). The first two lines keep one from passing for another. */
export function signedTextOf(frame: Omit<FrameLine, "signature">): string {
  const { epoch, history, from, to, as_of, lines, sha256, unsealed } = frame;
  return text("frame", epoch, history, from, to, as_of, lines, sha256, unsealed);
}

export function signedTextOfReset({ reason, epoch, as_of }: Omit<ResetLine, "signature">): string {
  return text("reset", reason, epoch, as_of);
}

export function signedTextOfTime({ session, epoch, nonce, now }: Omit<SignedTime, "signature">): string {
  return text("time", session, epoch, nonce, now);
}

export function signedTextOfSnapshot(list: Omit<SnapshotList, "signature">): string {
  const { epoch, history, cursor, keys, owners, pages } = list;
  return text("snapshot", epoch, history, cursor, keys, owners, pages.join(","));
}

/** For how long a process may go on by what is stale: its service's, whoever stands in between. */
export function signedTextOfServing({
  session,
  epoch,
  serve_for_ms,
}: {
  session: string;
  epoch: string;
  serve_for_ms: number;
}): string {
  return text("serving", session, epoch, serve_for_ms);
}

/** By the former key, of the one that took its place. */
export function signedTextOfKey(key: string): string {
  return text("key", key);
}

function text(kind: string, ...parts: (string | number)[]): string {
  return [`latchkey feed ${FEED_VERSION}`, kind, ...parts].join("\n");
}
