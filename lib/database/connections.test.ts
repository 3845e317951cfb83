import { expect, test } from "vitest";
import { explainConnection } from "./connections";

test.each([
  [new Error("timeout expired"), "nothing there answers as PostgreSQL does, or not in time."],
  [new Error("Connection terminated due to connection timeout"), "nothing there answers as PostgreSQL does, or not in time."],
  [new Error("Connection terminated unexpectedly"), "what is there ends the connection before it answers."],
  [Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), "nothing answers there (ECONNREFUSED)."],
])("%s is said in a sentence", (error, sentence) => {
  expect(explainConnection(error)).toBe(sentence);
});
