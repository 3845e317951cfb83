import fs from "node:fs";
import { expect, test } from "vitest";
import { compareWithCatalog } from "../../scripts/catalog";
import { scratchDatabase } from "../support/scratch-database";

test("the schema file tells of all that the migrations make, and of nothing else", async () => {
  const database = await scratchDatabase();
  try {
    expect(await compareWithCatalog(database.url)).toStrictEqual([]);

    await database.query("CREATE INDEX planted_idx ON users (lower(email))");
    await database.query("ALTER TABLE users ADD COLUMN planted int, ALTER COLUMN timezone DROP NOT NULL");
    await database.query("ALTER TABLE users ADD CONSTRAINT planted_check CHECK (credits > -1000)");
    await database.query("CREATE VIEW planted_view AS SELECT 1 AS one");
    await database.query("DROP TRIGGER audit_entries_append_only ON audit_entries");
    const schema = `${fs.readFileSync("prisma/schema.prisma", "utf8")}\n/// Only in the migrations: function planted`;
    expect(await compareWithCatalog(database.url, schema)).toStrictEqual([
      "Only in prisma/schema.prisma: column users.timezone",
      "Only in prisma/schema.prisma: function planted",
      "Only in prisma/schema.prisma: trigger audit_entries_append_only",
      "Only in the database: check planted_check",
      "Only in the database: column users.planted null",
      "Only in the database: column users.timezone null",
      "Only in the database: index planted_idx",
      "Only in the database: view planted_view",
    ]);
  } finally {
    await database.drop();
  }
});
