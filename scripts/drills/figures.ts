/** What a caller saw of one request. Instants are milliseconds of one clock. */
export type Seen = {
  what: "verify" | "usage";
  caller: string;
  began: number;
  ended: number;
  outcome: "answered" | "refused" | "hung";
};

/** From one instant to another, in milliseconds of the same clock. */
export type Span = { from: number; to: number };

/** When nobody could have answered, and when the weather began. */
export type Times = { weatherAt: number; away: readonly Span[] };

export type Figures = {
  answered: number;
  /** Of verifications, while the database could have answered. */
  refused: number;
  refusedSeconds: number;
  /** Of verifications and reports. */
  hung: number;
  /** Until every caller is answered again; null when one never was. */
  recoverySeconds: number | null;
};

export function figuresOf(seen: readonly Seen[], times: Times): Figures {
  const verified = seen.filter(({ what }) => what === "verify");
  const failed = verified.filter(({ outcome }) => outcome !== "answered");
  const byCaller = [...new Set(verified.map(({ caller }) => caller))].map((name) =>
    verified.filter(({ caller }) => caller === name),
  );
  const failing = byCaller.flatMap(failingSpans).flatMap((span) => without(span, times.away));
  // Recovery counts from when the database is back, or from the beginning where it never was away.
  const mark = Math.max(times.weatherAt, ...times.away.map(({ to }) => to));
  const recoveries = byCaller.map((own) => recoveryOf(own, mark));
  return {
    answered: verified.length - failed.length,
    refused: failed.filter(({ outcome, ended }) => outcome === "refused" && !times.away.some((span) => holds(span, ended)))
      .length,
    refusedSeconds: lengthOf(failing) / 1000,
    hung: seen.filter(({ outcome }) => outcome === "hung").length,
    recoverySeconds: recoveries.includes(null) ? null : Math.max(0, ...recoveries.map(Number)) / 1000,
  };
}

/** @param share 0.99 for the 99th percentile, of what was answered, in milliseconds */
export function quantile(seen: readonly Seen[], share: number): number {
  const times = seen
    .filter(({ outcome }) => outcome === "answered")
    .map(({ began, ended }) => ended - began)
    .sort((one, other) => one - other);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
}

/** From the first of several failures in a row to the end of the last, in the order in which one caller saw them. */
function failingSpans(own: readonly Seen[]): Span[] {
  const spans: Span[] = [];
  let isFailing = false;
  for (const { began, ended, outcome } of own) {
    const last = spans.at(-1);
    if (outcome !== "answered" && isFailing && last) last.to = ended;
    else if (outcome !== "answered") spans.push({ from: began, to: ended });
    isFailing = outcome !== "answered";
  }
  return spans;
}

function recoveryOf(own: readonly Seen[], mark: number): number | null {
  const last = own.findLast(({ outcome, ended }) => outcome !== "answered" && ended > mark);
  const since = last?.ended ?? mark;
  const first = own.find(({ outcome, began, ended }) => outcome === "answered" && (last ? began : ended) >= since);
  if (!first) return null;
  return last ? first.ended - mark : 0;
}

function without(span: Span, away: readonly Span[]): Span[] {
  let left = [span];
  for (const { from, to } of away) {
    left = left
      .flatMap((part) => [
        { from: part.from, to: Math.min(part.to, from) },
        { from: Math.max(part.from, to), to: part.to },
      ])
      .filter((part) => part.to > part.from);
  }
  return left;
}

/** Of all of them together: what several have in common counts once. */
function lengthOf(spans: readonly Span[]): number {
  let length = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((one, other) => one.from - other.from)) {
    length += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return length;
}

function holds({ from, to }: Span, instant: number): boolean {
  return from <= instant && instant <= to;
}
