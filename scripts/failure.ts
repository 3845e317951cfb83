/** Something the person at the terminal can mend: shown as one sentence, without a stack. */
export class Failure extends Error {}

/** Turns a file system refusal into a sentence; anything else stays what it was. */
export function explainFileError(
  error: unknown,
  doing: string,
  remedy = "Give this user write access there, or set DATA_DIR to another folder.",
): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES" || code === "EPERM") return new Failure(`No permission for ${doing}. ${remedy}`);
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new Failure(`There is a file where a folder should be: ${doing} failed. Set DATA_DIR to another folder.`);
  }
  if (code === "EROFS") return new Failure(`The disk is read-only: ${doing} failed.`);
  // PostgreSQL's programs say it in words.
  const isFull =
    code === "ENOSPC" || code === "EDQUOT" || (error instanceof Error && /No space left on device/.test(error.message));
  if (isFull) return new Failure(`The disk is full: ${doing} failed.`);
  return error;
}
