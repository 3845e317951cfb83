import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { call, INSTANT, shared } from "../support/client";

const { version } = JSON.parse(fs.readFileSync("package.json", "utf8"));

describe("GET /api/health answers", () => {
  test("200 to anyone, with no secret in it", async () => {
    const answer = await call("/api/health");
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      status: "ok",
      version,
      commit: expect.any(String),
      database: "ok",
      migrations: "current",
      started_at: expect.stringMatching(INSTANT),
    });
    for (const value of Object.values(shared().settings)) expect(answer.text).not.toContain(value);
    expect((await call("/api/health")).body.started_at).toBe(answer.body.started_at);
  });

  test("405 for a POST, naming what is allowed", async () => {
    const answer = await call("/api/health", { body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, OPTIONS");
  });
});
