import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { knownSecrets, secretId } from "@/lib/verification/hash-secrets";
import { feedSalt } from "@/lib/verification/salt";
import { importBalances } from "./balances";
import { parsedList, readableId, sourceName } from "./fields";
import { Forms } from "./forms";
import { importKeys } from "./keys";
import { fingerprint, type RecordKind } from "./records";
import { ImportFailure, type ImportFile, type Row, rowsOf } from "./rows";
import { COUNTS, type Counts, type ImportRun, type Remark, recordOf } from "./run";
import { type Place, Seen, Texts } from "./seen";
import { inTurn } from "./turn";
import { importUsers } from "./users";

export type ImportOptions = {
  files: readonly ImportFile[];
  /** What the ids of the files are ids of, such as the name of the product. */
  source: string;
  actor: Actor;
  /** The same checks, against the database as it is, and nothing written. */
  isDry: boolean;
  allowWeak: boolean;
  onRemark(remark: Remark): void;
  onProgress?(progress: Progress): void;
};

/** `done` of `total` bytes, each file being read several times. */
export type Progress = { done: number; total: number; counts: Counts; refused: number };

/** `reasons`: how many rows were refused for each. Those of which nobody can tell what they are, are of no kind. */
export type ImportOutcome = {
  counts: Counts;
  refused: number;
  reasons: Record<string, number>;
  read: Record<RecordKind, number>;
  refusedOf: Record<RecordKind | "none", number>;
};

const PASSES = [
  { kind: "user", pass: importUsers },
  { kind: "key", pass: importKeys },
  { kind: "balance", pass: importBalances },
] as const;
/** A reason may name a field of the file, of which there may be any number. */
const MAX_REASONS = 100;
const OTHERWISE = "Other reasons.";
const NONE = { form: 0, user: 0, key: 0, balance: 0 };

/**
 * Imports people, then keys, then balances, wherever in the files they stand. What is there already is left alone, so that an
 * import that was ended in the middle goes on when it is run again.
 * @throws ImportFailure where it cannot begin: nothing has been written then
 */
export async function importRecords(options: ImportOptions): Promise<ImportOutcome> {
  const { files, source, isDry } = options;
  if (!sourceName.safeParse(source).success)
    throw new ImportFailure("A source has 1 to 50 of a-z, 0-9, dots, dashes and underscores, and begins with a letter or digit.");
  const outcome = noOutcome();
  const run = await prepare(options, outcome);
  await survey(run, outcome);
  if (isDry) {
    await passAll(run, outcome);
    return outcome;
  }
  await inTurn(async (requireTurn) => {
    await passAll({ ...run, requireTurn }, outcome);
    const after = { files: files.map(({ name }) => name), ...outcome.counts, refused: outcome.refused };
    await db().$transaction((tx) =>
      recordAudit(tx, options.actor, { action: "import.run", target: { kind: "import", id: source }, after }),
    );
  });
  return outcome;
}

function noOutcome(): ImportOutcome {
  return { counts: structuredClone(COUNTS), refused: 0, reasons: {}, read: { ...NONE }, refusedOf: { ...NONE, none: 0 } };
}

async function passAll(run: ImportRun, outcome: ImportOutcome): Promise<void> {
  for (const { kind, pass } of PASSES) {
    const before = outcome.refused;
    await pass(run);
    outcome.refusedOf[kind] += outcome.refused - before;
  }
}

async function prepare(options: ImportOptions, outcome: ImportOutcome): Promise<ImportRun> {
  const { files, source, actor, isDry, allowWeak } = options;
  const total = files.reduce((sum, { size }) => sum + size, 0) * (PASSES.length + 1);
  let done = 0;
  const nameOf = (file: number) => files[file]?.name ?? "";
  const list = ({ file, line }: Place, id: unknown, reason: string, first: Place | null, taken: boolean) => {
    const earlier = first && { file: nameOf(first.file), line: first.line };
    options.onRemark({ file: nameOf(file), line, id: readableId(id), reason, first: earlier, taken });
  };
  return {
    ...{ files, source, actor, isDry, allowWeak },
    kinds: [],
    forms: await Forms.load(),
    salt: isDry ? null : await feedSalt(),
    seen: new Seen(),
    accepted: new Texts(),
    counts: outcome.counts,
    read: outcome.read,
    refuse: (place, id, reason, first = null) => {
      outcome.refused += 1;
      const counted = reason in outcome.reasons || Object.keys(outcome.reasons).length < MAX_REASONS ? reason : OTHERWISE;
      outcome.reasons[counted] = (outcome.reasons[counted] ?? 0) + 1;
      list(place, id, reason, first, false);
      return null;
    },
    remark: (place, id, reason) => list(place, id, reason, null, true),
    requireTurn: async () => {},
    advance: async (bytes) => {
      done += bytes;
      options.onProgress?.({ done, total, counts: outcome.counts, refused: outcome.refused });
    },
  };
}

/** Reads everything once: lines that are no rows are refused, and nothing may need a secret that is not set. */
async function survey(run: ImportRun, outcome: ImportOutcome): Promise<void> {
  const secrets = knownSecrets().map(secretId);
  for (const [file, each] of run.files.entries()) {
    const kinds = new Set<RecordKind>();
    run.kinds[file] = kinds;
    for await (const { rows, bytes } of rowsOf(each)) {
      for (const row of rows) {
        const place = { file, line: row.line };
        const before = outcome.refused;
        if (row.kind) run.read[row.kind] += 1;
        if ("refused" in row) run.refuse(place, row.id, row.refused);
        else {
          kinds.add(row.kind);
          if (row.kind === "form") addForm(run, row, place);
          if (row.kind === "key") requireSecrets(row.fields, secrets);
        }
        outcome.refusedOf[row.kind ?? "none"] += outcome.refused - before;
      }
      await run.advance(bytes);
    }
  }
}

function addForm(run: ImportRun, { fields }: Extract<Row, { fields: unknown }>, place: { file: number; line: number }): void {
  const form = recordOf(run, "form", fields, place);
  if (!form) return;
  const refused = run.forms.take(form, run.allowWeak);
  if (refused) run.refuse(place, null, refused);
  else run.counts.forms.read += 1;
}

/** @throws ImportFailure for a key under a secret that this portal does not have */
function requireSecrets(fields: Record<string, unknown>, secrets: string[]): void {
  const replaced = parsedList(fields.replaced);
  for (const one of [fields, ...(Array.isArray(replaced) ? replaced : [])]) {
    for (const named of [one?.latchkey_secret, one?.latchkey_secret_hash_under]) {
      if (!fingerprint.safeParse(named).success || secrets.includes(named)) continue;
      throw new ImportFailure(
        `Keys of the file are hashed under the KEY_HASH_SECRET ${named}, which is not set here. Nothing was done. Set it as KEY_HASH_SECRET or KEY_HASH_SECRET_PREVIOUS.`,
      );
    }
  }
}
