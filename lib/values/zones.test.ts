import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayIn, endOfDay, formatEnd, formatInstant, offsetOf, startOfDay, usableZone, zoneTitle } from "./zones";

const at = (text: string) => new Date(text);
const ZONES = [
  "UTC",
  "Pacific/Kiritimati",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Africa/Dar_es_Salaam",
  "America/Santiago",
  "Asia/Kathmandu",
];

describe("The end of a day", () => {
  test.each([
    ["2026-12-31", "UTC", "2027-01-01T00:00:00Z"],
    ["2026-12-31", "Pacific/Kiritimati", "2026-12-31T10:00:00Z"],
    ["2026-12-31", "America/St_Johns", "2027-01-01T03:30:00Z"],
    // In summer, when it is an hour ahead.
    ["2026-07-31", "America/St_Johns", "2026-08-01T02:30:00Z"],
    // A day of 23 hours and one of 25.
    ["2026-03-08", "America/St_Johns", "2026-03-09T02:30:00Z"],
    ["2026-11-01", "America/St_Johns", "2026-11-02T03:30:00Z"],
    // Its midnight does not exist: clocks go from 24:00 to 1:00.
    ["2026-09-05", "America/Santiago", "2026-09-06T04:00:00Z"],
    // Its last hour is there twice.
    ["2026-04-04", "America/Santiago", "2026-04-05T04:00:00Z"],
    // Midnight is there twice: the day is over at the first.
    ["2026-10-31", "America/Havana", "2026-11-01T04:00:00Z"],
    ["2028-02-29", "Europe/Berlin", "2028-02-29T23:00:00Z"],
  ])("%s in %s is %s", (day, zone, instant) => {
    expect(endOfDay(day, zone)).toStrictEqual(at(instant));
    expect(formatEnd(at(instant), zone)).toMatch(/^end of \d/);
    expect(formatEnd(new Date(at(instant).getTime() - 1000), zone)).not.toMatch(/end of/);
  });

  test.each(["", "no date", "2026-02-30", "2026-13-01", "2026-1-1", "31.12.2026", "+012026-01-01"])("of %j is none", (day) => {
    expect(endOfDay(day, "UTC")).toBeNull();
  });

  test("is the first instant after it, wherever, whenever", () => {
    const days = fc.date({ min: at("2020-01-01"), max: at("2040-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom(...ZONES), (instant, zone) => {
        const day = dayIn(instant, zone);
        const end = endOfDay(day, zone);
        if (!end) throw new Error(`${day} has no end in ${zone}`);
        expect(end > instant).toBe(true);
        expect(dayIn(new Date(end.getTime() - 1), zone)).toBe(day);
        expect(dayIn(end, zone) > day).toBe(true);
        expect(startOfDay(dayIn(end, zone), zone)).toStrictEqual(end);
      }),
      { numRuns: 300 },
    );
  });
});

test.each(ZONES)("the first and the last day that can be written have ends that can be, in %s", (zone) => {
  for (const instant of [startOfDay("0001-01-01", zone), endOfDay("9999-12-31", zone)])
    expect(instant?.toISOString()).toMatch(/^(0001|9999)-/);
});

describe("An instant is written", () => {
  test("as the day and the minute of the zone", () => {
    expect(formatInstant(at("2026-12-31T10:00:00Z"), "Pacific/Kiritimati", "minute")).toBe("1 Jan 2027, 00:00");
    expect(formatInstant(at("2026-12-31T10:00:00Z"), "America/St_Johns", "day")).toBe("31 Dec 2026");
  });

  test("as the end of a day where it is one there, never as the day after", () => {
    expect(formatEnd(at("2027-01-01T03:30:00Z"), "America/St_Johns")).toBe("end of 31 Dec 2026");
    expect(formatEnd(at("2027-01-01T03:30:00Z"), "UTC")).toBe("1 Jan 2027, 03:30");
    expect(formatEnd(at("2027-01-01T03:30:00Z"), "UTC", "day")).toBe("1 Jan 2027");
  });

  test("with an offset that tells the two hours apart that have one name", () => {
    expect(offsetOf(at("2026-11-01T04:15:00Z"), "America/St_Johns")).toBe("UTC−2:30");
    expect(offsetOf(at("2026-11-01T05:15:00Z"), "America/St_Johns")).toBe("UTC−3:30");
    expect(offsetOf(at("2026-11-01T05:15:00Z"), "Pacific/Kiritimati")).toBe("UTC+14");
    expect(offsetOf(at("2026-11-01T05:15:00Z"), "UTC")).toBe("UTC");
  });
});

test("A zone is called by its name and by how far it is from UTC", () => {
  expect(zoneTitle("America/St_Johns", at("2026-12-01T00:00:00Z"))).toBe("America/St Johns (UTC−3:30)");
  expect(zoneTitle("UTC", at("2026-12-01T00:00:00Z"))).toBe("UTC");
});

test("A zone that is not known here is UTC", () => {
  expect(usableZone("Mars/Olympus_Mons")).toBe("UTC");
  expect(usableZone("Asia/Kathmandu")).toBe("Asia/Kathmandu");
});
