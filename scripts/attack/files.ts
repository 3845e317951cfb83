import fc from "fast-check";
import { query } from "../../tests/support/client";
import { ask, brief, textAt } from "./ask";
import { attack } from "./attack";
import { newPerson } from "./ground";

const FORMULAS = [
  "=cmd|'/c calc'!A1",
  "x;=1+1",
  "x\t=1+1",
  "x,=1+1",
  "@SUM(1)",
  "+1+1",
  "-1+1",
  '"=1+1',
  '";"=1+1',
  "x|=1",
  " =1+1",
  "x\n=1",
  "\u00A0=1",
  "\uFF1D1+1",
];

/** The cells of a line, as a spreadsheet reads it that takes this for the separator. */
function cellsOf(text: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && (character === separator || character === "\n")) {
      cells.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...cells, cell].map((one) => one.replace(/^"|"$/g, "").replaceAll('""', '"'));
}

const csv = attack(
  "formulas in files",
  fc.record({
    text: fc.constantFrom(...FORMULAS),
    file: fc.constantFrom("/admin/keys/export", "/admin/users/export", "/admin/audit/export", "/usage/export"),
  }),
  async ({ ground, holds }, { text, file }) => {
    const [person, staff] = [await newPerson(), await newPerson({ isStaff: true })];
    const made = await ask(ground, "/api/auth/keys/create/", { token: person.access, body: { key_name: text, note: text } });
    await ask(ground, "/api/auth/profile/", {
      method: "PATCH",
      token: person.access,
      body: { first_name: text, last_name: text },
    });
    await query(
      "INSERT INTO usage_days (key_id, user_id, day, calls, credits) SELECT id, user_id, current_date, 1, 1 FROM api_keys WHERE uuid::text = $1",
      [textAt(made, "data", "id")],
    );
    const search: Record<string, string> = {
      "/admin/keys/export": `?owner=${person.id}`,
      "/admin/users/export": `?q=${person.email}`,
      "/admin/audit/export": `?target=${person.id}`,
      "/usage/export": "",
    };
    const reply = await ask(ground, file + search[file], { cookie: file === "/usage/export" ? person.cookie : staff.cookie });
    holds("a file is answered", reply.status === 200, `${file} ${brief(reply)}`);
    holds("a file begins with a BOM", reply.text.startsWith("\uFEFF"), reply.text.slice(0, 20));
    for (const separator of [",", ";", "\t", "|"]) {
      const formula = cellsOf(reply.text.slice(1), separator).find(
        (cell) => /^[\s\u00A0]*[=+\-@\uFF1D]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell.trim()),
      );
      holds(
        "no cell of a file begins a formula",
        formula === undefined,
        `${file} by ${JSON.stringify(separator)}: ${JSON.stringify(formula)}`,
      );
    }
  },
);

export const FILES = [csv];
