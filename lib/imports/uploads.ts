import "server-only";
import { maskCredentials } from "@latchkey/rule/credentials";
import { z } from "zod";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { db, sql } from "@/lib/database/client";
import { statement } from "@/lib/database/statements";
import { atLength } from "@/lib/request/deadline";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { refreshForms } from "@/lib/verification/read-forms";
import type { Tried } from "./action-states";
import { sourceName } from "./fields";
import { hashedRows } from "./hashed-rows";
import { importRecords } from "./import";
import { packRows, unpackFile } from "./kept-rows";
import { ImportFailure, type ImportFile } from "./rows";
import type { Remark } from "./run";

const MIB = 1024 * 1024;
const MAX_NAME_LENGTH = 100;
/** Of one administrator; an older one goes. */
const MAX_KEPT = 3;
const KEPT_MS = 60 * 60_000;
const MAX_SHOWN = 200;
/** What is looked at in one go. */
const PIECE_BYTES = 32 * 1024;

const REMOVE_OLDER = statement(
  "remove-older-import-files",
  {},
  `DELETE FROM import_files WHERE id IN (
     SELECT id FROM import_files WHERE user_id = $user::uuid ORDER BY added_at DESC, id OFFSET ${MAX_KEPT})`,
);

const NO_FILE = "Choose a file that is not empty.";

export const uploadSchema = z.object({
  source: z.string("Say where the file is from.").trim().toLowerCase().pipe(sourceName),
  allow_weak: z.literal("on").nullish(),
  file: z
    .instanceof(File, { error: NO_FILE })
    .refine(({ size }) => size > 0, NO_FILE)
    .refine(({ size }) => size <= maxUploadBytes(), { error: () => tooLargeSentence() }),
});
export const keptFileSchema = z.object({ file: z.string("Which file?") });
export type Upload = { name: string; bytes: Uint8Array; source: string; allowWeak: boolean };

export type KeptFile = { id: string; name: string; source: string; addedAt: Date };
const SHOWN = { id: true, name: true, source: true, addedAt: true };

/** In bytes. Where Vercel serves, no request may be larger than 4.5 MB. */
export function maxUploadBytes(): number {
  return (env().VERCEL ? 4 : 20) * MIB;
}

export function tooLargeSentence(): string {
  return `A file may have ${maxUploadBytes() / MIB} MB. Cut it in parts, or use npm run import.`;
}

/**
 * Keeps a file to be imported, for an hour, with hashes in the place of the credentials in it. Answers its id.
 * @throws AppError INVALID_INPUT where it is no file that could be imported
 */
export async function keepUpload(admin: CurrentAdmin, { name, bytes, source, allowWeak }: Upload): Promise<string> {
  const shown = maskCredentials(name).replace(/\p{C}/gu, "").slice(0, MAX_NAME_LENGTH) || "file";
  const file: ImportFile = { name: shown, size: bytes.length, open: () => piecesOf(bytes) };
  const head = { size: bytes.length, allowWeak };
  return atLength(async () => {
    const content = await explained(() => packRows(head, hashedRows(file, allowWeak)));
    const kept = { userId: admin.id, source, name: shown, content };
    const { id } = await db().importFile.create({ data: kept, select: { id: true } });
    await sql(REMOVE_OLDER, { user: admin.id });
    return id;
  });
}

export async function listUploads(admin: CurrentAdmin): Promise<KeptFile[]> {
  return db().importFile.findMany({
    where: ownOf(admin),
    orderBy: [{ addedAt: "desc" }, { id: "asc" }],
    take: MAX_KEPT,
    select: SHOWN,
  });
}

/** Null where the administrator has no such file. */
export async function findUpload(admin: CurrentAdmin, id: string): Promise<KeptFile | null> {
  return isUuid(id) ? db().importFile.findFirst({ where: { id, ...ownOf(admin) }, select: SHOWN }) : null;
}

/**
 * What an import of the file would do, and nothing written.
 * @throws AppError CONFLICT (kept no longer), INVALID_INPUT where it cannot begin
 */
export async function tryUpload(admin: CurrentAdmin, { id }: Pick<KeptFile, "id">): Promise<Tried> {
  return atLength(() => runUpload(admin, id, true));
}

/**
 * Imports the file as its administrator, and keeps it no longer.
 * @throws AppError CONFLICT (kept no longer), INVALID_INPUT where it cannot begin
 */
export async function importUpload(admin: CurrentAdmin, id: string): Promise<Tried> {
  // What follows is part of it, and comes later than a request may take.
  return atLength(async () => {
    const done = await runUpload(admin, id, false);
    // Here at least what the file brought is masked and listed from now on; others look within half a minute.
    await refreshForms().catch(() => {});
    await discardUpload(admin, id);
    return done;
  });
}

/** Nothing happens where there is none. */
export async function discardUpload(admin: CurrentAdmin, id: string): Promise<void> {
  if (isUuid(id)) await db().importFile.deleteMany({ where: { id, userId: admin.id } });
}

function ownOf(admin: CurrentAdmin) {
  return { userId: admin.id, addedAt: { gt: new Date(Date.now() - KEPT_MS) } };
}

/** Takes as long as it takes: each step of it has its own bound. */
async function runUpload(admin: CurrentAdmin, id: string, isDry: boolean): Promise<Tried> {
  const kept = isUuid(id) ? await db().importFile.findFirst({ where: { id, ...ownOf(admin) } }) : null;
  if (!kept) throw new AppError("CONFLICT", { message: "This file is kept no longer. Upload it again." });
  const { name, source, content } = kept;
  const [shown, taken]: [Remark[], Remark[]] = [[], []];
  const onRemark = (remark: Remark) => {
    const list = remark.taken ? taken : shown;
    if (list.length < MAX_SHOWN) list.push(remark);
  };
  return explained(async () => {
    const file = await unpackFile(name, content);
    const options = { files: [file], source, actor: admin.actor, isDry, allowWeak: file.allowWeak, onRemark };
    const outcome = await importRecords(options);
    return { ...outcome, shown: shown.sort((before, after) => before.line - after.line), taken };
  });
}

async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImportFailure) throw new AppError("INVALID_INPUT", { message: error.message });
    throw error;
  }
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}
