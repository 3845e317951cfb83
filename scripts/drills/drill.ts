import { type Callers, startCallers } from "./callers";
import { type Figures, figuresOf, type Span } from "./figures";
import { followThrough } from "./followers";
import type { Ground } from "./ground";
import { type Tally, tally } from "./tally";

/** A sentence that has to hold, and whether it does. `isTimed`: a busy machine can be why it does not. */
export type Finding = { says: string; holds: boolean; isTimed?: true };

export type Weather = {
  callers: Callers;
  /** For weather that needs something made ready: it begins now. */
  begins(): void;
  /** Does what keeps anybody from answering, until it is over. */
  away<Result>(work: () => Promise<Result>): Promise<Result>;
};

export type Row = Partial<Figures & Tally> & {
  drill: string;
  /** What the drill could not do without, where that is missing. */
  notTried?: string;
  findings: Finding[];
  notes: string[];
};

export type Drill = {
  name: string;
  title: string;
  /** A sentence on what it needs and there is not, or null. */
  missing?: (() => string | null) | undefined;
  run(): Promise<Row>;
};

type Options = {
  /** For how long the portal itself is stopped, in milliseconds. */
  portalStoppedMs?: number;
  /** Where the database is put back to an earlier state. */
  mayForget?: boolean;
};

const MAX_REFUSED_SECONDS = 5;

/** Callers call, the weather comes and goes, callers are served again, and what was reported is added up. */
export async function weatherOn<G extends Ground>(
  ground: G,
  title: string,
  happen: (ground: G, weather: Weather) => Promise<Finding[]>,
  { portalStoppedMs = 0, mayForget = false }: Options = {},
): Promise<Row> {
  const callers = startCallers(ground, portalStoppedMs);
  const away: Span[] = [];
  let weatherAt = 0;
  const begins = () => {
    weatherAt = performance.now();
  };
  const weather: Weather = {
    callers,
    begins,
    away: async (work) => {
      const from = performance.now();
      try {
        return await work();
      } finally {
        away.push({ from, to: performance.now() });
      }
    },
  };
  try {
    if (!(await callers.served())) throw new Error(`nobody is served before it begins: health says ${callers.health.at(-1)}`);
    const feed = await followThrough(ground);
    begins();
    callers.health.length = 0;
    const own = await happen(ground, weather);
    const isServed = await callers.served();
    await callers.stop();
    const figures = figuresOf(callers.seen, { weatherAt, away });
    const followed = await feed();
    const sums = await tally(ground, mayForget);
    const findings = [...own, { says: "every caller is served again", holds: isServed }, ...followed, ...boundsOf(figures, sums)];
    return { drill: title, ...figures, ...sums, findings, notes: [`health: ${callers.health.join(", ")}`] };
  } finally {
    await callers.stop(0);
  }
}

function boundsOf({ hung, refusedSeconds }: Figures, { lost, doubled }: Tally): Finding[] {
  return [
    { says: `hung 0 (${hung})`, holds: hung === 0 },
    {
      says: `refused at most ${MAX_REFUSED_SECONDS} s while the database could have answered (${refusedSeconds.toFixed(1)} s)`,
      holds: refusedSeconds <= MAX_REFUSED_SECONDS,
      isTimed: true,
    },
    { says: `lost 0 (${lost})`, holds: lost === 0 },
    { says: `doubled 0 (${doubled})`, holds: doubled === 0 },
  ];
}

/** The same, on a ground that is opened for it and closed again. */
export async function weatherOver<G extends Ground>(
  open: () => Promise<G>,
  title: string,
  happen: (ground: G, weather: Weather) => Promise<Finding[]>,
  options: Options = {},
): Promise<Row> {
  const ground = await open();
  try {
    return await weatherOn(ground, title, happen, options);
  } finally {
    await ground.close();
  }
}
