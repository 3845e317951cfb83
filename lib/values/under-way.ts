const DOUBLED = /^(set|ban|unban)$/i;

/** What a button says while what it says is done: "Save profile" is "Saving…", and "Sign in" "Signing in…". */
export function underWay(deed: string): string {
  const [verb = "", second = ""] = deed.split(" ");
  const stem = DOUBLED.test(verb) ? `${verb}${verb.at(-1)}` : verb.replace(/e$/, "");
  return `${stem}ing${second === "in" || second === "up" ? ` ${second}` : ""}…`;
}
