import { expect, test } from "vitest";
import { explainFileError } from "./failure";

const refusal = (code: string) => Object.assign(new Error(`${code}: of the system`), { code });

test.each([
  [refusal("EROFS"), "The disk is read-only: keeping x failed."],
  [refusal("ENOSPC"), "The disk is full: keeping x failed."],
  [refusal("EDQUOT"), "The disk is full: keeping x failed."],
  [new Error('initdb: exit 1. could not write to file "base/1": No space left on device'), "The disk is full: keeping x failed."],
  [refusal("EACCES"), "No permission for keeping x. Give this user write access there, or set DATA_DIR to another folder."],
  [refusal("ENOTDIR"), "There is a file where a folder should be: keeping x failed. Set DATA_DIR to another folder."],
])("%s is one sentence", (error, sentence) => {
  expect(explainFileError(error, "keeping x")).toMatchObject({ message: sentence });
});

test("what nobody can mend stays what it was", () => {
  const error = new Error("a mistake");
  expect(explainFileError(error, "keeping x")).toBe(error);
});
