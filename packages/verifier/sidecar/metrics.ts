import type { Asked } from "../authorize";
import type { Verdict, VerifierStatus } from "../types";

type Counts = Map<string, number>;

/** The same verifier, which counts its verdicts by where they are from. */
export function countVerdicts(verifier: Asked): { verifier: Asked; counts: Counts } {
  const counts: Counts = new Map();
  const note = (verdict: Verdict) => {
    const labels = `code="${verdict.code}",source="${verdict.source}"`;
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
    return verdict;
  };
  return {
    counts,
    verifier: {
      verify: async (...question) => note(await verifier.verify(...question)),
      report: (event) => verifier.report(event),
      status: () => verifier.status(),
    },
  };
}

/** As Prometheus reads it. What is not known is left out. */
export function writeMetrics({ state, ageMs, keys, owners, unsealed, unreported }: VerifierStatus, counts: Counts): string {
  const gauges: [name: string, about: string, value: number | null][] = [
    ["ready", "Whether it answers by itself.", state === "READY" ? 1 : 0],
    ["age_seconds", "How old what it knows is.", ageMs === null ? null : ageMs / 1000],
    ["keys", "Keys that it holds.", keys],
    ["owners", "Owners that it holds.", owners],
    ["unsealed_credentials", "Credentials that have to be asked about.", unsealed],
    ["unreported_calls", "Calls that are not reported yet.", unreported],
  ];
  const lines = gauges.flatMap(([name, about, value]) =>
    value === null ? [] : [...heading(name, about, "gauge"), `${PREFIX}${name} ${value}`],
  );
  const verdicts = [...counts].map(([labels, count]) => `${PREFIX}verdicts_total{${labels}} ${count}`);
  return [...lines, ...heading("verdicts_total", "Verdicts, by code and where they are from.", "counter"), ...verdicts, ""].join(
    "\n",
  );
}

const PREFIX = "latchkey_verifier_";

function heading(name: string, about: string, type: string): string[] {
  return [`# HELP ${PREFIX}${name} ${about}`, `# TYPE ${PREFIX}${name} ${type}`];
}
