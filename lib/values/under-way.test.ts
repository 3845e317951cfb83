import { expect, test } from "vitest";
import { underWay } from "./under-way";

test.each([
  ["Save profile", "Saving…"],
  ["Sign in", "Signing in…"],
  ["Ban", "Banning…"],
  ["Set password", "Setting…"],
  ["Make a plain user", "Making…"],
  ["Confirm", "Confirming…"],
  ["End now", "Ending…"],
])("while “%s” is done, its button says “%s”", (deed, says) => {
  expect(underWay(deed)).toBe(says);
});
