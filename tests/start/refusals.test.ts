import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { must } from "../support/clone";
import { allEnded, type LaunchOptions, launch, newFolder } from "../support/launch";
import { migratedFolder } from "../support/migrated";
import { deploymentSettings } from "../support/server";

/** What a start that must not succeed has printed. */
async function refusal(options: LaunchOptions): Promise<string> {
  const started = await launch(options);
  expect(await started.ended()).toBe(1);
  return started.output();
}

function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : 0));
    });
  });
}

describe("one sentence, and no stack, for", () => {
  test("a busy port", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = address && typeof address === "object" ? address.port : 0;
    const dataDirectory = newFolder();
    expect(await refusal({ port, dataDirectory })).toBe(
      `\nPort ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start\n`,
    );
    expect(fs.existsSync(path.join(dataDirectory, "postgres"))).toBe(false);
    await new Promise((resolve) => server.close(resolve));
  });

  test("a HOST that is not this machine's", async () => {
    expect(await refusal({ env: { HOST: "192.0.2.1" } })).toBe(
      "\nHOST is not an address of this machine. Unset it, or set it to one, such as 127.0.0.1.\n",
    );
  });

  test("a DATA_DIR below a file", async () => {
    const file = path.join(newFolder(), "file");
    fs.writeFileSync(file, "");
    const dataDirectory = path.join(file, "data");
    expect(await refusal({ dataDirectory })).toBe(
      `\nThere is a file where a folder should be: writing to ${dataDirectory} failed. Set DATA_DIR to another folder.\n`,
    );
    expect(await refusal({ dataDirectory: file })).toBe(
      `\nThere is a file where a folder should be: writing to ${file} failed. Set DATA_DIR to another folder.\n`,
    );
  });

  // Where this user may mount one; what is said of each code of the system is tested for everybody.
  if (process.getuid?.() === 0) {
    test.each([
      ["read-only", "ro", /^\nThe disk is read-only: writing to \S+ failed\.\n$/],
      [
        "too small for a database",
        "size=24m",
        /^Creating the database…\n\nThe disk is full: creating the database in \S+ failed\.\n$/,
      ],
      ["full", "size=64k", /^(Creating the database…\n)?\nThe disk is full: .+ failed\.\n$/],
    ])("a disk that is %s", async (_, options, sentence) => {
      const disk = newFolder("disk");
      must("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk);
      try {
        if (options === "size=64k") expect(() => fs.writeFileSync(path.join(disk, "fill"), Buffer.alloc(1e6))).toThrow("ENOSPC");
        for (const dataDirectory of [path.join(disk, "a", "b"), disk]) {
          expect(await refusal({ command: "migrate", dataDirectory })).toMatch(sentence);
        }
        expect(fs.existsSync(path.join(disk, "postgres.new"))).toBe(false);
      } finally {
        must("umount", disk);
      }
    });
  }

  test.each(["18.20.8", "20.18.3", "21.7.3", "22.11.0"])("Node.js %s", async (version) => {
    const fake = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
    expect(await refusal({ node: ["--import", `data:text/javascript,${encodeURIComponent(fake)}`] })).toBe(
      `\nLatchkey needs Node.js 20.19, 22.12 or later; this is ${version}.\n`,
    );
  });

  test("a wrong command, by another Node than the one that installed: an update of the system may find no npm", async () => {
    const fake = 'Object.defineProperty(process, "version", { value: "v22.99.0" })';
    const npm = path.join(newFolder(), "npm.js");
    fs.writeFileSync(npm, "process.exit(1)");
    const node = ["--import", `data:text/javascript,${encodeURIComponent(fake)}`];
    const output = await refusal({ command: "restore", node, env: { npm_execpath: npm } });
    expect(output).toBe("\nName one file: npm run restore -- FILE\n");
  });

  test("lost secrets of a database that exists", async () => {
    const dataDirectory = await migratedFolder();
    const secrets = path.join(dataDirectory, "secrets");
    fs.rmSync(path.join(secrets, "POSTGRES_PASSWORD"));
    const withoutPassword = await refusal({ dataDirectory });
    expect(withoutPassword).toContain("has another password than");
    fs.rmSync(secrets, { recursive: true });
    const withoutAny = await refusal({ dataDirectory });
    expect(withoutAny).toContain(`KEY_HASH_SECRET and BETTER_AUTH_SECRET is gone from ${secrets}`);
    expect(withoutPassword + withoutAny).not.toContain("    at ");
    expect(fs.existsSync(secrets)).toBe(false);
    await allEnded(dataDirectory);
  });
});

describe("wrong settings", () => {
  const wrong = {
    PORT: "70707",
    APP_URL: "ftp://wrong-app-url",
    DATABASE_DRIVER: "wrong-driver",
    KEY_HASH_SECRET: "wrong-short-secret",
    ALLOWED_ORIGINS: "wrong-origin",
    AUTH_RATE_LIMIT_PER_MINUTE: "0.5",
    SIGNUP_CREDITS: "-17",
    SMTP_URL: "https://wrong-smtp",
  };

  function expectNamed(output: string, names: string[]): void {
    const lines = output.split("\n");
    for (const name of names) expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^ {2}${name} \\S`)));
    for (const value of Object.values(wrong)) expect(output).not.toContain(value);
    expect(output).not.toContain("    at ");
  }

  test("are named all at once, without their values, before anything is made", async () => {
    const dataDirectory = newFolder();
    expectNamed(await refusal({ dataDirectory, env: wrong }), Object.keys(wrong));
    expect(fs.existsSync(path.join(dataDirectory, "postgres"))).toBe(false);
  });

  test("are named together with the secrets that DATABASE_URL asks for, and none is made", async () => {
    const dataDirectory = newFolder();
    const { KEY_HASH_SECRET: _, ...others } = wrong;
    const env = { ...others, DATABASE_URL: "postgresql://someone:wrong-password@127.0.0.1:1/none" };
    const output = await refusal({ dataDirectory, env });
    expect(output).toContain(
      "With DATABASE_URL set, these must be set too (see .env.example): " + "BETTER_AUTH_SECRET, KEY_HASH_SECRET.",
    );
    expectNamed(output, Object.keys(others));
    expect(output).not.toContain("wrong-password");
    expect(fs.existsSync(path.join(dataDirectory, "secrets"))).toBe(false);
  });
});

describe("a DATABASE_URL", () => {
  test.each(["start", "migrate"] as const)("at which nothing answers stops `%s` with one sentence", async (command) => {
    const settings = deploymentSettings(`postgresql://someone:a-password@127.0.0.1:${await closedPort()}/latchkey`);
    expect(await refusal({ command, env: settings })).toBe(
      "\nThe database of DATABASE_URL cannot be used: nothing answers there (ECONNREFUSED).\n",
    );
  });

  test("at which something answers that is no PostgreSQL stops the start with one sentence", async () => {
    const server = http.createServer((_, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = address && typeof address === "object" ? address.port : 0;
    const settings = deploymentSettings(`postgresql://someone:a-password@127.0.0.1:${port}/latchkey`);
    expect(await refusal({ env: settings })).toBe(
      "\nThe database of DATABASE_URL cannot be used: what is there ends the connection before it answers.\n",
    );
    await new Promise((resolve) => server.close(resolve));
  });

  test("whose host is unknown stops the start with one sentence", async () => {
    const settings = deploymentSettings("postgresql://someone:a-password@latchkey.invalid/latchkey");
    expect(await refusal({ env: settings })).toBe("\nThe database of DATABASE_URL cannot be used: its host name is not known.\n");
  });
});
