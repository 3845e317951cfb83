import fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OPERATIONS } from "../../app/docs/reference/document";
import { freePort } from "../../scripts/ports";
import { shared } from "../support/client";
import { randomSecret, startServer, type TestServer, until } from "../support/server";

const SECRET = "correcthorse";

let server: TestServer;
beforeAll(async () => {
  // Nothing here is answered from a database.
  const DATABASE_URL = `postgresql://nobody:${randomSecret()}@127.0.0.1:${await freePort()}/latchkey`;
  server = await startServer({ ...shared().settings, DATABASE_URL });
});
afterAll(() => server.stop("SIGKILL"));

/** The routes that this build has by Next's own list, and those that the reference describes. */
function routes(): string[] {
  const built: Record<string, string> = JSON.parse(fs.readFileSync(".next/app-path-routes-manifest.json", "utf8"));
  const own = Object.values(built).filter((route) => !route.startsWith("/_") && !route.includes("[..."));
  const described = OPERATIONS.map(({ path }) => path.replaceAll(/\{\w+\}/g, "[id]"));
  return [...new Set([...own.map((route) => route.replaceAll(/\[\w+\]/g, "[id]")), ...described])];
}

test("a line names each route there is, and hides everything else", async () => {
  const unknown = ["/[id]", "/api/[id]", "/api/auth/[id]/[id]", "/keys/[id]/[id]"];
  const expected = [...routes(), ...unknown, "/api/auth/keys/create/"];
  expect(expected.length).toBeGreaterThan(50);
  const sent = [...expected.slice(0, -1), "//api/auth//keys/create//"];
  await Promise.all(sent.map((route) => fetch(server.url + route.replaceAll("[id]", SECRET), { method: "OPTIONS" })));

  const logged = () => [...server.output().matchAll(/"method":"OPTIONS","route":"([^"]*)"/g)].map(([, route]) => route);
  await until(() => logged().length >= expected.length, "a line for each");
  expect(logged().sort()).toStrictEqual(expected.sort());
  expect(server.output()).not.toContain(SECRET);
});

test("the middleware's bundle has no schemas in it, though the dialects' files have", () => {
  const folder = ".next/server/edge/chunks";
  const bundle = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => fs.readFileSync(`${folder}/${name}`, "utf8"))
    .join("");
  expect(bundle).toContain("This method is not allowed.");
  expect(bundle).not.toMatch(/ZodError|strictObject/);
});
