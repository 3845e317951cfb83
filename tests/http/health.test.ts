import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { call, INSTANT, shared } from "../support/client";
import { startServer, until } from "../support/server";

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

test("GET /api/health/live answers 200 whenever the process does, whatever the database", async () => {
  const server = await startServer({
    ...shared().settings,
    DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1:1/none",
    APP_URL: shared().url,
  });
  try {
    for (const path of ["/api/health/live", "/api/health/live/"]) {
      const { status, body } = await call(path, {}, server.url);
      expect([status, body]).toStrictEqual([200, { status: "ok" }]);
    }
    expect((await call("/api/health", {}, server.url)).status).toBe(503);
  } finally {
    await server.stop("SIGKILL");
  }
});

test.each([
  [300_000, /^(29\d|30\d) seconds ahead of the database's$/],
  [-300_000, /^(29\d|30\d) seconds behind the database's$/],
])("A clock that is %i ms off is told in /api/health and in the log", async (offMs, sentence) => {
  const clock = `const now = Date.now.bind(Date); Date.now = () => now() + ${offMs};`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(clock)}`;
  const server = await startServer({ ...shared().settings, NODE_OPTIONS });
  try {
    const { status, body } = await call("/api/health", {}, server.url);
    expect([status, body.status]).toStrictEqual([200, "ok"]);
    expect(body.clock).toMatch(sentence);
    const line = `The clock of this server is ${body.clock}: switch on time synchronisation on both machines.`;
    await until(() => server.output().includes(line), "the sentence in the log");
  } finally {
    await server.stop("SIGKILL");
  }
});
