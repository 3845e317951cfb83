import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Journey, Visit } from "../clients/journey";
import { newKey, randomAddress, randomEmail, shared } from "../support/client";
import { type Collection, collectionOf, sendRequest } from "../support/collections";
import { newUser } from "../support/people";
import { scratchFolder } from "../support/server";
import { newService } from "../support/services";

const GENERATORS = {
  oazapfts: ["oazapfts", "document.json", "made/oazapfts.ts"],
  "swagger-typescript-api": [
    "swagger-typescript-api",
    "generate",
    "-p",
    "document.json",
    "-o",
    "made",
    "-n",
    "swagger-typescript-api.ts",
  ],
  "openapi-typescript-codegen": ["openapi", "--input", "document.json", "--output", "made/openapi-typescript-codegen"],
};

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: "ES2022",
    lib: ["dom", "dom.iterable", "ESNext"],
    module: "esnext",
    moduleResolution: "bundler",
    types: [],
  },
  include: ["*.ts"],
};

let folder: string;
let document: string;

beforeAll(async () => {
  folder = scratchFolder("clients");
  document = await (await fetch(`${shared().url}/api/openapi.json`)).text();
  fs.cpSync("tests/clients", folder, { recursive: true });
  fs.mkdirSync(path.join(folder, "made"));
  fs.writeFileSync(path.join(folder, "document.json"), document);
  fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  await Promise.all(Object.values(GENERATORS).map(([name = "", ...options]) => run(name, ...options)));
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

/** @throws with what it printed, if it fails */
async function run(command: string, ...options: string[]): Promise<void> {
  const file = path.resolve("node_modules", ".bin", command);
  await promisify(execFile)(file, options, { cwd: folder }).catch((error) => {
    throw new Error(`${command} failed:\n${error.stdout}${error.stderr}`);
  });
}

test("what generators make of the reference compiles, strictly", async () => {
  await run("tsc", "--project", ".");
});

test.each(Object.keys(GENERATORS))("a client made by %s does what the reference says", async (name) => {
  const { ADMIN_API_SECRET = "", SERVICE_API_SECRET = "", USAGE_WEBHOOK_SECRET = "" } = shared().settings;
  const visit: Visit = {
    url: shared().url,
    headers: { "X-Forwarded-For": randomAddress() },
    email: randomEmail(),
    password: `of ${name} and long`,
    adminSecret: ADMIN_API_SECRET,
    serviceSecret: SERVICE_API_SECRET,
    sign: (body) => createHmac("sha256", USAGE_WEBHOOK_SECRET).update(JSON.stringify(body)).digest("hex"),
  };
  const { travel } = (await import(path.join(folder, `${name}.ts`))) as { travel: (visit: Visit) => Promise<Journey> };
  expect(await travel(visit)).toStrictEqual({
    created: { key_name: "Generated", permissions: { sms: ["send"] }, expires_at: null },
    listed: ["Generated"],
    verdicts: ["VALID", "REVOKED"],
    usage: 1,
    revoked: true,
    refusal: "MISSING_KEY_NAME",
  });
});

test.each<Parameters<typeof collectionOf>[1]>(["Schema", "Example"])(
  "an imported collection makes a second key as it made the first, with values by %s",
  async (values) => {
    expect(document).toContain("Header `Idempotency-Key`, optional.");
    const collection: Collection = await collectionOf(document, values);
    const user = await newUser();
    const [own, other] = [await newKey(user), await newKey(user)];
    const send = (name: string, more: Record<string, string | number> = {}) =>
      sendRequest(collection, name, { baseUrl: shared().url, bearerToken: user.access, userId: user.id, ...more });
    const { credential } = await newService({ scopes: ["admin:read", "admin:write"] });
    const admin = { bearerToken: credential };
    const statuses = [
      await send("Create a key"),
      await send("Create a key"),
      await send("Create a key for a user", admin),
      await send("Create a key for a user", admin),
      await send("List keys, all or one user’s", { ...admin, cursor: "" }),
      await send("Replace a key’s credentials, at once or with a grace", {
        id: own.id,
        grace_seconds: 0,
        expires_at: "2030-12-31",
      }),
      await send("Replace a key’s credentials, at once or with a grace", {
        id: own.id,
        grace_seconds: 0,
        expires_at: "2030-12-31",
      }),
      await send("End a key; it stays listed", { id: other.id }),
      await send("End a key; it stays listed", { id: other.id }),
    ];
    expect(statuses).toStrictEqual([201, 201, 201, 201, 200, 200, 200, 200, 200]);
  },
);
