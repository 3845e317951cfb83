/**
 * How a usable key is not under the current KEY_HASH_SECRET: `former`, its credential is under the one before, or under one
 * that nobody noted, which may be that; `secret`, only its secret is; `lost`, its credential is under one that is not set.
 */
export const LEFT_KINDS = ["former", "secret", "lost"] as const;

export type LeftKind = (typeof LEFT_KINDS)[number];
