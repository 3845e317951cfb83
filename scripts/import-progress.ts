import type { Progress } from "../lib/imports/import";

const WIDTH = 24;
/** On a terminal, and in a log, where each is a line of its own. */
const [BAR_MS, LINE_MS] = [200, 5_000];

/** A bar on a terminal; elsewhere a line every few seconds. */
export function showProgress(output: NodeJS.WriteStream = process.stderr) {
  const isTerminal = output.isTTY === true;
  let shownAt = performance.now();
  let isShown = false;
  const show = (progress: Progress) => {
    const now = performance.now();
    if (now - shownAt < (isTerminal ? BAR_MS : LINE_MS)) return;
    shownAt = now;
    isShown = true;
    output.write(isTerminal ? `\r\x1b[K${describe(progress)}` : `${describe(progress)}\n`);
  };
  const end = () => {
    if (isShown && isTerminal) output.write("\r\x1b[K");
  };
  return { show, end };
}

function describe({ done, total, counts, refused }: Progress): string {
  const part = total === 0 ? 1 : done / total;
  const bar = "█".repeat(Math.round(part * WIDTH)).padEnd(WIDTH, "░");
  const { users, keys, balances } = counts;
  const people = users.new + users.joined + users.taken_over + users.there;
  const facts = { people, keys: keys.new + keys.there, balances: balances.new + balances.there, refused };
  const words = Object.entries(facts).map(([name, count]) => `${count.toLocaleString("en-GB")} ${name}`);
  return `${bar} ${Math.floor(part * 100)} %  ${words.join(", ")}`;
}
