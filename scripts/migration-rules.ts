/** Stands above a statement that takes away what the version before has already stopped using. */
const MARK = /--[^\n]*\bthe version before does not use\b/i;

type Rule = { breaks: RegExp; why: string; unlessNewTable?: boolean; unlessMarked?: boolean };

const RULES: readonly Rule[] = [
  { breaks: /\bDROP\s+(TABLE|COLUMN|TYPE|VIEW)\b/i, why: "drops what the version before may use", unlessMarked: true },
  { breaks: /\bRENAME\b/i, why: "renames what the version before knows by its name" },
  {
    breaks: /\bALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b/i,
    why: "changes a type, which rewrites the table under its lock",
  },
  { breaks: /\bSET\s+NOT\s+NULL\b/i, why: "demands what the version before may leave out", unlessMarked: true },
  {
    breaks: /\bADD\s+COLUMN\b(?![^,]*\b(DEFAULT|GENERATED)\b)[^,]*\bNOT\s+NULL\b/i,
    why: "adds a column that the version before leaves out: give it a default",
    unlessNewTable: true,
  },
  {
    breaks: /\bADD\s+CONSTRAINT\b(?=[^;]*\b(FOREIGN\s+KEY|CHECK)\b)(?![^;]*\bNOT\s+VALID\b)/i,
    why: "checks every row under its lock: add it NOT VALID, and VALIDATE it in another migration",
    unlessNewTable: true,
  },
  { breaks: /\bCONCURRENTLY\b/i, why: "refuses transactions, and a migration is one" },
  { breaks: /^\s*(BEGIN|COMMIT|ROLLBACK|START\s+TRANSACTION|END)\b/i, why: "ends the transaction that a migration is" },
];

/** What in a migration keeps the version before it from going on serving, or keeps others waiting; a sentence for each. */
export function findBreaks(sql: string): string[] {
  const created = new Set([...sql.matchAll(/\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)/gi)].map(([, table]) => table));
  return statementsOf(sql).flatMap(({ text, comment }) => {
    const table = /\bALTER\s+TABLE\s+(?:ONLY\s+)?(?:IF\s+EXISTS\s+)?"?(\w+)/i.exec(text)?.[1];
    const isExcused = ({ unlessNewTable, unlessMarked }: Rule) =>
      (unlessNewTable && table !== undefined && created.has(table)) || (unlessMarked && MARK.test(comment));
    return RULES.filter((rule) => rule.breaks.test(text) && !isExcused(rule)).map(
      ({ why }) => `${text.replace(/\s+/g, " ").slice(0, 60)}: ${why}.`,
    );
  });
}

/** Without the texts and bodies in them, whose words are no statements of the migration. */
function statementsOf(sql: string): { text: string; comment: string }[] {
  return sql
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "$$$$")
    .replace(/'(?:[^']|'')*'/g, "''")
    .split(/;[^\S\n]*/)
    .map((part) => ({
      comment: [...part.matchAll(/--[^\n]*/g)].join("\n"),
      text: part.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").trim(),
    }))
    .filter(({ text }) => text !== "");
}
