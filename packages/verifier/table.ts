import { isDeepStrictEqual } from "node:util";
import {
  type AskLine,
  FEED_CREDITS_TOLD,
  FEED_STATUSES,
  type FeedCredential,
  type KeyLine,
  type StateLine,
} from "@latchkey/rule/feed";
import type { Permissions } from "@latchkey/rule/permissions";
import { Interned } from "./interned";
import { Slots } from "./slots";

export const DIGEST_BYTES = 24;
const DIGEST_WORDS = DIGEST_BYTES / 4;
const ID_BYTES = 16;

/**
 * Of a key, a cache line: 0–5 the digest, 6 the owner's row, 7 the permissions, 8–9 the end, 10 flags and the upper part of
 * `rev`, 11 the lower, 12–15 the id. A credential that was replaced has a row of its own: 6 is the key's, 8–9 the end of the grace.
 */
const ROW_WORDS = 16;
const [OWNER, PERMISSIONS, END, FLAGS, REV, ID] = [6, 7, 8, 10, 11, 12] as const;
const STATUS = 3;
const SECRET_SHIFT = 2;
const [IS_REPLACED, HAS_DIGEST, HAS_END, HAS_REPLACED, IS_NEW] = [16, 32, 64, 128, 256] as const;
const REV_SHIFT = 16;

/** 0–3 the id, 4 the credits, 5 flags, 6–7 `rev`. */
const OWNER_WORDS = 8;
const [CREDITS, OWNER_FLAGS, OWNER_REV] = [4, 5, 6] as const;
const [IS_KNOWN, IS_BANNED, HAS_SOME] = [1, 2, 4] as const;

/** What is known of a credential's secret. */
export const SECRETS = { unknown: 0, none: 1, known: 2 } as const;

const GROWTH = 1.25;
const LEAST_ROWS = 64;
/** Deleted keys whose `rev` is still known: an older state of one may be on its way. */
const MAX_GRAVES = 4_096;
/** Names that many keys have are one text. */
const MAX_NAMES = 65_536;
const WORDS = 2 ** 32;
/** Keys that are used all the time need not be written out each time. */
const MAX_SHOWN = 16_384;

export type Shown = { keyId: string; userId: string; name: string; permissions: Permissions };

/** What applying a line did. */
export type Effect = "ignored" | "applied" | "narrowed";

/**
 * All keys and owners, in flat memory: no garbage, and nothing for its collector to walk through. What is not understood is
 * not guessed: that key is unknown then, and asked about.
 */
export class Table {
  private rows = new Uint32Array(LEAST_ROWS * ROW_WORDS);
  private secrets = new Uint32Array(LEAST_ROWS * DIGEST_WORDS);
  private names: (string | undefined)[] = [];
  private used = 0;
  private free: number[] = [];
  private readonly replaced = new Map<number, number[]>();
  private readonly graves = new Set<number>();
  private keepsGraves = false;
  private readonly byDigest = new Slots((row) => this.word(row, 0));
  private readonly byId = new Slots((row) => mixed(this.rows, row * ROW_WORDS + ID));

  private ownerRows = new Uint32Array(LEAST_ROWS * OWNER_WORDS);
  private ownersUsed = 0;
  private readonly byOwner = new Slots((row) => mixed(this.ownerRows, row * OWNER_WORDS));

  private readonly permissions = new Interned<Permissions>();
  private readonly shared = new Map<string, string>();
  private recent: (Shown | undefined)[] = new Array(LEAST_ROWS).fill(undefined);
  /** Whose each of them is, and who was asked about last in its place: their numbers and one, where nothing colder is looked at. */
  private held = new Uint32Array(LEAST_ROWS);
  private asked = new Uint32Array(LEAST_ROWS);
  private keyCount = 0;
  private ownerCount = 0;

  private readonly scratch = Buffer.alloc(DIGEST_BYTES + 16);
  private readonly scratchDigest = new Uint32Array(this.scratch.buffer, this.scratch.byteOffset, DIGEST_WORDS);
  private readonly scratchId = new Uint32Array(this.scratch.buffer, this.scratch.byteOffset + DIGEST_BYTES, 4);

  /** Those that are not deleted. */
  get keys(): number {
    return this.keyCount;
  }

  get owners(): number {
    return this.ownerCount;
  }

  /** Of all that is no text or shared value. */
  get bytes(): number {
    const arrays = [this.rows, this.secrets, this.ownerRows, this.byDigest, this.byId, this.byOwner];
    return arrays.reduce((sum, array) => sum + ("byteLength" in array ? array.byteLength : array.bytes), 0);
  }

  /** So that nothing has to grow meanwhile. */
  reserve(keys: number, owners: number): void {
    this.growRows(keys);
    this.growOwners(owners);
    this.byDigest.reserve(keys);
    this.byId.reserve(keys);
    this.byOwner.reserve(owners);
  }

  /** The row of a credential by the words of its digest; -1 where it is not known. */
  find(digest: Uint32Array): number {
    const { rows, byDigest } = this;
    for (let slot = byDigest.first(digest[0] as number); ; slot = byDigest.next(slot)) {
      const row = byDigest.rowAt(slot);
      if (row < 0) return -1;
      const at = row * ROW_WORDS;
      let word = 0;
      while (word < DIGEST_WORDS && rows[at + word] === digest[word]) word += 1;
      if (word === DIGEST_WORDS) return row;
    }
  }

  /** What a verdict says of a key that is valid. */
  shown(key: number): Shown {
    const place = key & (this.asked.length - 1);
    if (this.held[place] === key + 1) return this.recent[place] as Shown;
    const isAgain = this.asked[place] === key + 1;
    this.asked[place] = key + 1;
    writeId(this.rows, key * ROW_WORDS + ID, 0);
    writeId(this.ownerRows, this.ownerRow(key) * OWNER_WORDS, ID_LENGTH);
    const ids = latin1Slice.call(idText, 0, 2 * ID_LENGTH);
    const shown = {
      keyId: ids.slice(0, ID_LENGTH),
      userId: ids.slice(ID_LENGTH),
      name: this.name(key),
      permissions: this.permissionsOf(key),
    };
    // What is asked about once in a while would only be in the way.
    if (isAgain) {
      this.held[place] = key + 1;
      this.recent[place] = shown;
    }
    return shown;
  }

  /** The key of a credential: of one that was replaced, another row. */
  keyRow(row: number): number {
    return (this.word(row, FLAGS) & IS_REPLACED) === 0 ? row : this.word(row, OWNER);
  }

  /** When the grace of a replaced credential ends; null for the present one. */
  replacedUntil(row: number): number | null {
    return (this.word(row, FLAGS) & IS_REPLACED) === 0 ? null : this.endOf(row);
  }

  status(key: number): (typeof FEED_STATUSES)[number] {
    return FEED_STATUSES[this.word(key, FLAGS) & STATUS] as (typeof FEED_STATUSES)[number];
  }

  /** Null: never. */
  expiry(key: number): number | null {
    return this.endOf(key);
  }

  rev(key: number): number {
    return (this.word(key, FLAGS) >>> REV_SHIFT) * WORDS + this.word(key, REV);
  }

  name(key: number): string {
    return this.names[key] ?? "";
  }

  permissionsOf(key: number): Permissions {
    return this.permissions.at(this.word(key, PERMISSIONS));
  }

  id(key: number): string {
    return idAt(this.rows, key * ROW_WORDS + ID);
  }

  ownerRow(key: number): number {
    return this.word(key, OWNER);
  }

  ownerId(owner: number): string {
    return idAt(this.ownerRows, owner * OWNER_WORDS);
  }

  isOwnerKnown(owner: number): boolean {
    return (this.ownerWord(owner, OWNER_FLAGS) & IS_KNOWN) !== 0;
  }

  isBanned(owner: number): boolean {
    return (this.ownerWord(owner, OWNER_FLAGS) & IS_BANNED) !== 0;
  }

  /** What the owner has at least where it is "some". */
  credits(owner: number): number {
    return this.ownerWord(owner, CREDITS) | 0;
  }

  hasSomeCredits(owner: number): boolean {
    return (this.ownerWord(owner, OWNER_FLAGS) & HAS_SOME) !== 0;
  }

  /** What is known of the secret that belongs to the credential of this row. */
  secretState(row: number): number {
    return (this.word(row, FLAGS) >>> SECRET_SHIFT) & 3;
  }

  copySecret(row: number, into: Uint32Array): void {
    for (let word = 0; word < DIGEST_WORDS; word += 1) into[word] = this.secrets[row * DIGEST_WORDS + word] ?? 0;
  }

  keyRowById(id: string): number {
    return this.readId(id) ? this.findKey() : -1;
  }

  /**
   * @param isNews what just happened: a key that comes so was made just now
   * @throws RangeError for a line that says nothing that could be held against anything
   */
  apply(line: StateLine, isNews = false): Effect {
    if (!this.readId(line.id)) throw new RangeError("A line of the feed has no id.");
    if (line.t === "owner") return this.applyOwner(line);
    if (line.t === "gone") return line.kind === "owner" ? this.forgetOwner() : this.forgetKey();
    return this.applyKey(line, isNews);
  }

  /** While states of before are read beside what goes on: one of a key that was deleted meanwhile is not to bring it back. */
  keepGraves(keeps: boolean): void {
    this.keepsGraves = keeps;
    this.clearGraves();
  }

  /**
   * What is held of these is true no longer: each is asked about until a state of it comes. Answers the keys' ids.
   * @throws RangeError for what names nothing
   */
  unlearn({ kind, ids }: AskLine): string[] {
    const bytes = Buffer.from(String(ids), "base64url");
    if (bytes.length === 0 || bytes.length % ID_BYTES !== 0) throw new RangeError("A line of the feed has no ids.");
    const unlearnt: string[] = [];
    for (let at = 0; at < bytes.length; at += ID_BYTES) {
      bytes.copy(this.scratch, DIGEST_BYTES, at, at + ID_BYTES);
      if (kind === "owner") this.forgetOwner();
      else {
        const key = this.findKey();
        if (key < 0 || this.isDeleted(key)) continue;
        this.setCredential(key, null);
        this.setReplaced(key, []);
        unlearnt.push(this.id(key));
      }
    }
    return unlearnt;
  }

  /** The states, as they came: of rows from here on. For a copy that is made while others change. */
  *linesFrom(start: number, end: number): Generator<StateLine> {
    for (let owner = start; owner < Math.min(end, this.ownersUsed); owner += 1) {
      if (!this.isOwnerKnown(owner)) continue;
      const credits = this.hasSomeCredits(owner) ? "some" : this.credits(owner);
      const rev = this.ownerWord(owner, OWNER_REV + 1) * WORDS + this.ownerWord(owner, OWNER_REV);
      yield { t: "owner", id: this.ownerId(owner), rev, banned: this.isBanned(owner), credits };
    }
    for (let key = start; key < Math.min(end, this.used); key += 1) {
      if (this.names[key] === undefined) continue;
      yield {
        t: "key",
        id: this.id(key),
        rev: this.rev(key),
        owner: this.ownerId(this.ownerRow(key)),
        name: this.name(key),
        p: this.permissionsOf(key),
        creds: [key, ...(this.replaced.get(key) ?? [])].flatMap((row) => this.credentialAt(row)),
        exp: this.expiry(key),
        st: this.status(key),
      };
    }
  }

  get length(): number {
    return Math.max(this.used, this.ownersUsed);
  }

  /** Whether nobody has used the key yet, as far as this process knows; asked once. */
  takeNew(key: number): boolean {
    if ((this.word(key, FLAGS) & IS_NEW) === 0) return false;
    this.setFlags(key, IS_NEW, 0);
    return true;
  }

  private credentialAt(row: number): FeedCredential[] {
    if ((this.word(row, FLAGS) & HAS_DIGEST) === 0) return [];
    const text = (words: Uint32Array, at: number) => Buffer.from(words.slice(at, at + DIGEST_WORDS).buffer).toString("base64url");
    const state = this.secretState(row);
    const until = this.replacedUntil(row);
    return [
      {
        d: text(this.rows, row * ROW_WORDS),
        ...(state !== SECRETS.unknown && { s: state === SECRETS.none ? null : text(this.secrets, row * DIGEST_WORDS) }),
        ...(until !== null && { until }),
      },
    ];
  }

  private applyKey(line: KeyLine, isNews: boolean): Effect {
    const known = this.findKey();
    if (known >= 0 && this.rev(known) > line.rev) return "ignored";
    const status = FEED_STATUSES.indexOf(line.st);
    if (!Number.isSafeInteger(line.rev) || line.rev < 0 || line.rev >= 2 ** 48 || !Array.isArray(line.creds))
      throw new RangeError("A line of the feed has another form.");
    const key = known >= 0 ? known : this.addKey();
    this.hide(key);
    const before = known >= 0 ? this.lookOf(key) : null;
    const revBefore = known >= 0 ? this.rev(key) : 0;
    const wasDeleted = known >= 0 && this.isDeleted(key);
    // The id is still in the scratch, and owners are looked for by it.
    const owner = this.takeOwner(line.owner);
    const isUnderstood = status >= 0 && owner >= 0 && typeof line.p === "object" && line.p !== null && isEnd(line.exp);
    const permissions = this.permissions.take(JSON.stringify(line.p ?? []), () => line.p ?? []);
    if (known >= 0) this.permissions.leave(this.word(key, PERMISSIONS));
    this.setWord(key, OWNER, Math.max(owner, 0));
    this.setWord(key, PERMISSIONS, permissions);
    this.names[key] = this.sharedName(String(line.name));
    this.setFlags(key, STATUS, Math.max(status, 0));
    this.setRev(key, line.rev);
    this.setEnd(key, isUnderstood ? line.exp : null);
    const isDead = line.st === "deleted";
    const creds = isUnderstood && !isDead ? line.creds : [];
    const present = creds.find(({ until }) => until === undefined) ?? null;
    this.setCredential(key, present);
    this.setReplaced(
      key,
      creds.filter(({ until }) => Number.isSafeInteger(until)),
    );
    if (isDead && !wasDeleted) {
      if (known >= 0) this.keyCount -= 1;
      this.bury(key);
    } else if (!isDead && (wasDeleted || known < 0)) {
      this.keyCount += 1;
      this.graves.delete(key);
    }
    if (!before) this.setFlags(key, IS_NEW, isNews ? IS_NEW : 0);
    if (!before) return status === 0 ? "applied" : "narrowed";
    const after = this.lookOf(key);
    // What has changed and shows nothing was of a credential that is not known here: that may have ended.
    const isUnseen = line.rev > revBefore && isDeepStrictEqual(before, after);
    return isUnseen || isNarrower(before, after) ? "narrowed" : "applied";
  }

  private applyOwner(line: Extract<StateLine, { t: "owner" }>): Effect {
    let owner = this.findOwner();
    const isKnown = owner >= 0 && this.isOwnerKnown(owner);
    if (isKnown && this.ownerWord(owner, OWNER_REV + 1) * WORDS + this.ownerWord(owner, OWNER_REV) > line.rev) return "ignored";
    if (owner < 0) owner = this.addOwner();
    const wasBanned = isKnown && this.isBanned(owner);
    const isSome = line.credits === "some";
    const isUnderstood =
      Number.isSafeInteger(line.rev) &&
      line.rev >= 0 &&
      typeof line.banned === "boolean" &&
      (isSome || Number.isSafeInteger(line.credits));
    const credits = isSome ? FEED_CREDITS_TOLD : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(line.credits)));
    const flags = (isUnderstood ? IS_KNOWN : 0) | (line.banned ? IS_BANNED : 0) | (isSome ? HAS_SOME : 0);
    const at = owner * OWNER_WORDS;
    this.ownerRows[at + CREDITS] = credits;
    this.ownerRows[at + OWNER_FLAGS] = flags;
    this.ownerRows[at + OWNER_REV] = line.rev % WORDS;
    this.ownerRows[at + OWNER_REV + 1] = Math.floor(line.rev / WORDS);
    this.ownerCount += Number(isUnderstood) - Number(isKnown);
    return line.banned && !wasBanned ? "narrowed" : "applied";
  }

  private forgetOwner(): Effect {
    const owner = this.findOwner();
    if (owner < 0 || !this.isOwnerKnown(owner)) return "ignored";
    this.ownerRows[owner * OWNER_WORDS + OWNER_FLAGS] = 0;
    this.ownerCount -= 1;
    return "narrowed";
  }

  private forgetKey(): Effect {
    const key = this.findKey();
    if (key < 0) return "ignored";
    if (!this.isDeleted(key)) {
      this.setCredential(key, null);
      this.setReplaced(key, []);
      this.setFlags(key, STATUS, FEED_STATUSES.indexOf("deleted"));
      this.keyCount -= 1;
      this.bury(key);
    }
    return "narrowed";
  }

  private isDeleted(key: number): boolean {
    return this.status(key) === "deleted";
  }

  /** Rows of deleted keys are used again, the oldest first, and not at once. */
  private bury(key: number): void {
    this.graves.add(key);
    this.clearGraves();
  }

  private clearGraves(): void {
    for (const oldest of this.graves) {
      if (this.keepsGraves || this.graves.size <= MAX_GRAVES) return;
      this.graves.delete(oldest);
      this.byId.remove(oldest);
      this.permissions.leave(this.word(oldest, PERMISSIONS));
      this.release(oldest);
    }
  }

  private release(row: number): void {
    this.rows.fill(0, row * ROW_WORDS, (row + 1) * ROW_WORDS);
    this.names[row] = undefined;
    this.hide(row);
    this.free.push(row);
  }

  private addRow(): number {
    const row = this.free.pop() ?? this.used;
    if (row === this.used) {
      this.growRows(row + 1);
      this.used += 1;
    }
    return row;
  }

  private addKey(): number {
    const key = this.addRow();
    this.rows.set(this.scratchId, key * ROW_WORDS + ID);
    this.byId.add(key);
    return key;
  }

  private addOwner(): number {
    const owner = this.ownersUsed;
    this.growOwners(owner + 1);
    this.ownersUsed += 1;
    this.ownerRows.set(this.scratchId, owner * OWNER_WORDS);
    this.byOwner.add(owner);
    return owner;
  }

  /** The owner's row, whether they are known or not; -1 for no id. */
  private takeOwner(id: string): number {
    if (!this.readId(id)) return -1;
    const owner = this.findOwner();
    return owner >= 0 ? owner : this.addOwner();
  }

  private setCredential(row: number, credential: FeedCredential | null): void {
    if ((this.word(row, FLAGS) & HAS_DIGEST) !== 0) this.byDigest.remove(row);
    this.setFlags(row, HAS_DIGEST | (3 << SECRET_SHIFT), 0);
    if (!credential || !this.readDigest(credential.d)) {
      this.rows.fill(0, row * ROW_WORDS, row * ROW_WORDS + DIGEST_WORDS);
      return;
    }
    const former = this.find(this.scratchDigest);
    if (former >= 0) {
      // It is this one's from now on.
      this.byDigest.remove(former);
      this.setFlags(former, HAS_DIGEST, 0);
    }
    this.rows.set(this.scratchDigest, row * ROW_WORDS);
    this.byDigest.add(row);
    const { s } = credential;
    const isKnown = typeof s === "string" && this.readDigest(s);
    if (isKnown) this.secrets.set(this.scratchDigest, row * DIGEST_WORDS);
    const state = isKnown ? SECRETS.known : s === null ? SECRETS.none : SECRETS.unknown;
    this.setFlags(row, HAS_DIGEST | (3 << SECRET_SHIFT), HAS_DIGEST | (state << SECRET_SHIFT));
  }

  private setReplaced(key: number, creds: readonly FeedCredential[]): void {
    for (const row of this.replaced.get(key) ?? []) {
      this.setCredential(row, null);
      this.release(row);
    }
    this.replaced.delete(key);
    this.setFlags(key, HAS_REPLACED, creds.length > 0 ? HAS_REPLACED : 0);
    if (creds.length === 0) return;
    const rows = creds.map((credential) => {
      const row = this.addRow();
      this.setWord(row, OWNER, key);
      this.setFlags(row, IS_REPLACED, IS_REPLACED);
      this.setCredential(row, credential);
      this.setEnd(row, Number(credential.until));
      return row;
    });
    this.replaced.set(key, rows);
  }

  private lookOf(key: number): Look {
    const digest = (row: number) => this.rows.slice(row * ROW_WORDS, row * ROW_WORDS + DIGEST_WORDS).join();
    return {
      name: this.name(key),
      status: this.status(key),
      digest: digest(key),
      owner: this.ownerRow(key),
      permissions: this.word(key, PERMISSIONS),
      expiry: this.expiry(key) ?? Number.POSITIVE_INFINITY,
      replaced: new Map((this.replaced.get(key) ?? []).map((row) => [digest(row), this.endOf(row) ?? 0])),
    };
  }

  private sharedName(name: string): string {
    const known = this.shared.get(name);
    if (known !== undefined) return known;
    if (this.shared.size < MAX_NAMES) this.shared.set(name, name);
    return name;
  }

  private findKey(): number {
    return findId(this.byId, this.rows, ROW_WORDS, ID, this.scratchId);
  }

  private findOwner(): number {
    return findId(this.byOwner, this.ownerRows, OWNER_WORDS, 0, this.scratchId);
  }

  private readId(id: unknown): boolean {
    return typeof id === "string" && id.length === 36 && this.scratch.write(id.replaceAll("-", ""), DIGEST_BYTES, "hex") === 16;
  }

  private readDigest(text: unknown): boolean {
    return typeof text === "string" && text.length === 32 && this.scratch.write(text, 0, "base64url") === DIGEST_BYTES;
  }

  private word(row: number, word: number): number {
    return this.rows[row * ROW_WORDS + word] as number;
  }

  private setWord(row: number, word: number, value: number): void {
    this.rows[row * ROW_WORDS + word] = value;
  }

  private setFlags(row: number, mask: number, flags: number): void {
    this.setWord(row, FLAGS, (this.word(row, FLAGS) & ~mask) | flags);
  }

  private setRev(key: number, rev: number): void {
    this.setFlags(key, 0xffff << REV_SHIFT, Math.floor(rev / WORDS) << REV_SHIFT);
    this.setWord(key, REV, rev % WORDS);
  }

  private setEnd(row: number, end: number | null): void {
    this.setFlags(row, HAS_END, end === null ? 0 : HAS_END);
    this.setWord(row, END, (end ?? 0) % WORDS);
    this.setWord(row, END + 1, Math.floor((end ?? 0) / WORDS));
  }

  private endOf(row: number): number | null {
    if ((this.word(row, FLAGS) & HAS_END) === 0) return null;
    return (this.word(row, END + 1) | 0) * WORDS + this.word(row, END);
  }

  private ownerWord(owner: number, word: number): number {
    return this.ownerRows[owner * OWNER_WORDS + word] as number;
  }

  /** It has changed, or is another one's. */
  private hide(row: number): void {
    const place = row & (this.asked.length - 1);
    this.held[place] = 0;
    this.recent[place] = undefined;
  }

  private growRows(rows: number): void {
    if (rows * ROW_WORDS <= this.rows.length) return;
    const wanted = Math.max(rows, Math.ceil((this.rows.length / ROW_WORDS) * GROWTH));
    if (this.asked.length < Math.min(wanted, MAX_SHOWN)) {
      const places = Math.min(MAX_SHOWN, 2 ** Math.ceil(Math.log2(wanted)));
      this.recent = new Array(places).fill(undefined);
      this.held = new Uint32Array(places);
      this.asked = new Uint32Array(places);
    }
    this.rows = grown(this.rows, wanted * ROW_WORDS);
    this.secrets = grown(this.secrets, wanted * DIGEST_WORDS);
    // Arrays that grow by themselves take half as much again.
    this.names.length = wanted;
  }

  private growOwners(owners: number): void {
    if (owners * OWNER_WORDS <= this.ownerRows.length) return;
    const wanted = Math.max(owners, Math.ceil((this.ownerRows.length / OWNER_WORDS) * GROWTH));
    this.ownerRows = grown(this.ownerRows, wanted * OWNER_WORDS);
  }
}

/** What a key accepts, as far as it can be compared with what it accepted before. */
type Look = {
  name: string;
  status: string;
  digest: string;
  owner: number;
  permissions: number;
  expiry: number;
  replaced: ReadonlyMap<string, number>;
};

function isNarrower(before: Look, after: Look): boolean {
  if (after.status !== "active" && after.status !== before.status) return true;
  const { digest, owner, permissions, expiry, replaced } = before;
  if (digest !== after.digest || owner !== after.owner || permissions !== after.permissions || after.expiry < expiry) return true;
  return [...replaced].some(([old, until]) => (after.replaced.get(old) ?? 0) < until);
}

function isEnd(value: unknown): boolean {
  return value === null || Number.isSafeInteger(value);
}

function grown(former: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(length);
  next.set(former);
  return next;
}

/** Ids may be in the order of time, or counted. */
function mixed(words: Uint32Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [words[at], words[at + 1], words[at + 2], words[at + 3]];
  const mix = Math.imul(a ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f), 0x9e3779b1);
  return (mix ^ (mix >>> 15)) >>> 0;
}

function findId(slots: Slots, rows: Uint32Array, words: number, at: number, id: Uint32Array): number {
  for (let slot = slots.first(mixed(id, 0)); ; slot = slots.next(slot)) {
    const row = slots.rowAt(slot);
    if (row < 0) return -1;
    const start = row * words + at;
    if (rows[start] === id[0] && rows[start + 1] === id[1] && rows[start + 2] === id[2] && rows[start + 3] === id[3]) return row;
  }
}

const HEX = Uint16Array.from({ length: 256 }, (_, byte) => {
  const [high = 0, low = 0] = Buffer.from(byte.toString(16).padStart(2, "0"));
  return high | (low << 8);
});
const ID_LENGTH = 36;
/** Room for two: a text is made from both at once, which takes half of the time. */
const idText = Buffer.from("00000000-0000-0000-0000-000000000000".repeat(2));
/** `toString` without looking what was asked for. */
const { latin1Slice } = idText as Buffer & { latin1Slice(this: Buffer, start: number, end: number): string };
const view = new DataView(idText.buffer, idText.byteOffset, idText.byteLength);

function writeId(words: Uint32Array, at: number, start: number): void {
  const [a, b, c, d] = [words[at] as number, words[at + 1] as number, words[at + 2] as number, words[at + 3] as number];
  writeBytes(start, a);
  writeBytes(start + 4, a >>> 16);
  writeBytes(start + 9, b);
  writeBytes(start + 14, b >>> 16);
  writeBytes(start + 19, c);
  writeBytes(start + 24, c >>> 16);
  writeBytes(start + 28, d);
  writeBytes(start + 32, d >>> 16);
}

/** The lower two. */
function writeBytes(place: number, word: number): void {
  view.setUint16(place, HEX[word & 255] as number, true);
  view.setUint16(place + 2, HEX[(word >>> 8) & 255] as number, true);
}

function idAt(words: Uint32Array, at: number): string {
  writeId(words, at, 0);
  return latin1Slice.call(idText, 0, ID_LENGTH);
}
