import fs from "node:fs";
import { expect, test } from "vitest";

test("browsers translate no code: a credential or an id would be another one", () => {
  const files = ["app", "components"].flatMap((folder) =>
    fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  const found = files
    .filter((file) => file.endsWith(".tsx"))
    .flatMap((file) => [...fs.readFileSync(file, "utf8").matchAll(/<code\b[^>]*/g)].map(([tag]) => ({ file, tag })));
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter(({ tag }) => !tag.includes('translate="no"'))).toStrictEqual([]);
});
