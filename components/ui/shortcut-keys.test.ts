import { expect, test } from "vitest";
import { isShortcut, type Pressed } from "./shortcut-keys";

const pressed = (change: Partial<Pressed>): Pressed => ({
  key: "/",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  isComposing: false,
  defaultPrevented: false,
  ...change,
});

test.each<[Partial<Pressed>, boolean]>([
  [{}, true],
  [{ key: "?" }, true],
  [{ key: "c" }, true],
  [{ key: "C" }, false],
  [{ key: "x" }, false],
  [{ key: "constructor" }, false],
  [{ ctrlKey: true }, false],
  [{ metaKey: true, key: "c" }, false],
  [{ altKey: true }, false],
  [{ repeat: true }, false],
  [{ isComposing: true }, false],
  [{ defaultPrevented: true }, false],
])("%j is a shortcut: %j", (change, expected) => {
  expect(isShortcut(pressed(change))).toBe(expected);
});
