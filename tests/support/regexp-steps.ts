/**
 * A regular expression as a backtracking engine runs it, so that its steps can be counted: the same on every machine, which
 * time is not. It knows what our patterns use, and throws at anything else.
 */
type Node =
  | { kind: "sign"; fits: (sign: string) => boolean }
  | { kind: "edge"; holds: (text: string, at: number) => boolean }
  | { kind: "look"; isAhead: boolean; isNegated: boolean; choices: Node[][] }
  | { kind: "group"; choices: Node[][] }
  | { kind: "repeat"; node: Node; min: number; max: number; isLazy: boolean };

const SIGN = /^(?:\\u\{[0-9a-f]+\}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|[^\\])/isu;
const COUNT = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})(\??)/;
const isWordSign = (sign = "") => /\w/.test(sign);
const isWordEdge = (text: string, at: number) => isWordSign(text[at - 1]) !== isWordSign(text[at]);

function parse({ source, flags }: RegExp): Node[][] {
  let rest = source;
  const signs = new Map<string, (sign: string) => boolean>();
  const take = (start: string) => {
    const isThere = rest.startsWith(start);
    if (isThere) rest = rest.slice(start.length);
    return isThere;
  };
  const choicesUntilEnd = (): Node[][] => {
    const choices: Node[][] = [[]];
    while (rest !== "" && !rest.startsWith(")")) {
      if (take("|")) choices.push([]);
      else choices.at(-1)?.push(repeated(atom()));
    }
    take(")");
    return choices;
  };
  const atom = (): Node => {
    const isMultiline = flags.includes("m");
    if (take("^")) return { kind: "edge", holds: (text, at) => at === 0 || (isMultiline && text[at - 1] === "\n") };
    if (take("$")) return { kind: "edge", holds: (text, at) => at === text.length || (isMultiline && text[at] === "\n") };
    if (take("\\b")) return { kind: "edge", holds: isWordEdge };
    if (take("\\B")) return { kind: "edge", holds: (text, at) => !isWordEdge(text, at) };
    for (const start of ["(?=", "(?!", "(?<=", "(?<!"]) {
      if (!take(start)) continue;
      return { kind: "look", isAhead: !start.includes("<"), isNegated: start.endsWith("!"), choices: choicesUntilEnd() };
    }
    if (take("(")) {
      rest = rest.replace(/^\?(?::|<\w+>)/, "");
      return { kind: "group", choices: choicesUntilEnd() };
    }
    const [sign = ""] = SIGN.exec(rest) ?? [];
    if (sign === "" || /^\\[1-9k]/.test(sign)) throw new Error(`no way to read ${source} at ${rest}`);
    rest = rest.slice(sign.length);
    const known = signs.get(sign) ?? remembered(new RegExp(`^(?:${sign})$`, flags.replace(/[gym]/g, "")));
    signs.set(sign, known);
    return { kind: "sign", fits: known };
  };
  const repeated = (node: Node): Node => {
    const [whole, one, least, comma, most, lazy] = COUNT.exec(rest) ?? [];
    if (whole === undefined) return node;
    rest = rest.slice(whole.length);
    const min = one ? Number(one === "+") : Number(least);
    const end = comma ? Number(most || Number.POSITIVE_INFINITY) : min;
    return { kind: "repeat", node, min, max: one ? (one === "?" ? 1 : Number.POSITIVE_INFINITY) : end, isLazy: lazy === "?" };
  };
  return choicesUntilEnd();
}

/** Which signs fit; the few of a text are asked about once. */
function remembered(pattern: RegExp): (sign: string) => boolean {
  const known = new Map<string, boolean>();
  return (sign) => {
    const fits = known.get(sign) ?? pattern.test(sign);
    known.set(sign, fits);
    return fits;
  };
}

type Go = (at: number) => boolean;

/** How many signs, edges and choices are looked at until the text has been searched, all of it where the pattern is global. */
export function countSteps(pattern: RegExp, text: string): number {
  const choices = parse(pattern);
  let steps = 0;
  const one = (node: Node, at: number, go: Go): boolean => {
    steps += 1;
    if (node.kind === "sign") return at < text.length && node.fits(text[at] ?? "") && go(at + 1);
    if (node.kind === "edge") return node.holds(text, at) && go(at);
    if (node.kind === "group") return any(node.choices, at, go);
    if (node.kind === "look") return looks(node, at) !== node.isNegated && go(at);
    return node.node.kind === "sign" && !node.isLazy ? signs(node.node.fits, node, at, go) : again(node, at, go, 0);
  };
  const looks = ({ isAhead, choices: inner }: Node & { kind: "look" }, at: number): boolean => {
    if (isAhead) return any(inner, at, () => true);
    for (let start = at; start >= 0; start -= 1) if (any(inner, start, (end) => end === at)) return true;
    return false;
  };
  const signs = (fits: (sign: string) => boolean, { min, max }: { min: number; max: number }, at: number, go: Go): boolean => {
    let end = at;
    while (end < text.length && end - at < max && fits(text[end] ?? "")) {
      end += 1;
      steps += 1;
    }
    for (; end - at >= min; end -= 1) {
      steps += 1;
      if (go(end)) return true;
    }
    return false;
  };
  const again = (node: Node & { kind: "repeat" }, at: number, go: Go, count: number): boolean => {
    const more = () => count < node.max && one(node.node, at, (end) => end > at && again(node, end, go, count + 1));
    if (count < node.min) return more();
    return node.isLazy ? go(at) || more() : more() || go(at);
  };
  const any = (list: Node[][], at: number, go: Go): boolean => list.some((sequence) => all(sequence, 0, at, go));
  const all = (sequence: Node[], index: number, at: number, go: Go): boolean => {
    const node = sequence[index];
    return node === undefined ? go(at) : one(node, at, (end) => all(sequence, index + 1, end, go));
  };

  for (let start = 0; start <= text.length; ) {
    steps += 1;
    let end = -1;
    const isFound = any(choices, start, (at) => {
      end = at;
      return true;
    });
    if (isFound && !pattern.global) return steps;
    start = isFound && end > start ? end : start + 1;
  }
  return steps;
}
