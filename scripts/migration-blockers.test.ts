import { expect, test } from "vitest";
import { describeBlockers, firstWords } from "./migration-blockers";

test.each([
  ["SELECT count(*)\n  FROM users", "SELECT count(*) FROM users"],
  ["SELECT * FROM users WHERE email = 'asha@example.com'", "SELECT * FROM users WHERE email ="],
  ["UPDATE users SET name = $$Asha$$", "UPDATE users SET name ="],
  ["SELECT 1 /* Asha */", "SELECT"],
  ["-- for Asha\nSELECT 1", ""],
  ["SELECT phone FROM t2 WHERE phone = 255700000000", "SELECT phone FROM t2 WHERE phone ="],
  [`SELECT "${"a".repeat(80)}"`, `SELECT "${"a".repeat(52)}`],
])("of a statement only the words before its first value are told: %s", (query, words) => {
  expect(firstWords(query)).toBe(words);
});

test("whoever is in the way is named by what can be seen of it", () => {
  const seen = {
    pid: 7,
    transaction: "3/1",
    application: "report",
    since: new Date("2026-11-27T10:00:00.5Z"),
    query: "SELECT x",
  };
  const unseen = { ...seen, application: null, since: null, query: null };
  expect(describeBlockers([seen, { ...unseen, pid: 8 }, { ...unseen, pid: 0 }])).toBe(
    'process 7 ("report", since 2026-11-27T10:00:00Z, last statement: SELECT x) and process 8 and a prepared transaction (see pg_prepared_xacts)',
  );
  expect(describeBlockers([])).toBe("somebody who has gone meanwhile");
});
