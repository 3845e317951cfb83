import { expect, test } from "vitest";
import { DOOR_NAMES } from "@/lib/audit/actions";
import { actorName, targetName } from "./words";

test("a visitor and each door have names that people can read", () => {
  expect(actorName({ kind: "visitor", id: null, name: null })).toBe("Somebody unknown");
  for (const [id, name] of Object.entries(DOOR_NAMES)) expect(targetName({ kind: "door", id, name: null })).toBe(name);
  expect(targetName({ kind: "door", id: "of_a_newer_version", name: null })).toBe("of_a_newer_version");
});
