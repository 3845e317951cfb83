import { describe, expect, test } from "vitest";
import { Unread } from "@/lib/values/unread";
import { readEnd } from "./end-form";

const NOW = new Date("2026-03-01T12:00:00Z");

function form(fields: Record<string, string>): FormData {
  const sent = new FormData();
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return sent;
}

describe("When a new key ends, by its form,", () => {
  test.each<[string, Record<string, string>, string]>([
    ["is what a script worked out", { expires_at: "2030-01-01T00:00:00Z", expiry: "7" }, "2030-01-01T00:00:00Z"],
    ["is never, where a script says so", { expires_at: "", expiry: "7" }, ""],
    ["is never, where that was chosen", { expiry: "never" }, ""],
    ["is never, where nothing was", {}, ""],
    ["is counted from when the form was made", { expiry: "7", opened_at: "2026-02-25T00:00:00Z" }, "2026-03-04T00:00:00.000Z"],
    [
      "is counted from now, where that is to come",
      { expiry: "7", opened_at: "+275760-09-13T00:00:00Z" },
      "2026-03-08T12:00:00.000Z",
    ],
    ["is counted from now, where that is no instant", { expiry: "7", opened_at: "soon" }, "2026-03-08T12:00:00.000Z"],
    ["is the end of a day in the zone", { expiry: "date", last_day: "2026-12-31" }, "2026-12-31T21:00:00.000Z"],
    ["is refused for no day", { expiry: "date", last_day: "" }, "no date"],
    ["is refused for a day that is none", { expiry: "date", last_day: "2026-13-31" }, "no date"],
    ["is refused for what was not offered", { expiry: "99999999" }, "no date"],
  ])("%s", (_, fields, end) => {
    expect(readEnd(form(fields), "Africa/Dar_es_Salaam", NOW)).toBe(end);
  });

  test.each<Record<string, string>>([
    { expires_at: "2026-03-01T12:00:00Z" },
    { expiry: "7", opened_at: "2026-02-01T00:00:00Z" },
    { expiry: "date", last_day: "2026-02-28" },
  ])("is refused where it is over: %j", (fields) => {
    expect(readEnd(form(fields), "Africa/Dar_es_Salaam", NOW)).toBeInstanceOf(Unread);
  });
});
