import { Failure } from "./failure";

export type SmokeSettings = Record<string, string | undefined>;

/** `problem`: one sentence on what is wrong and how to mend it. `isSkipped`: nothing could be asked, or another check says it. */
export type Result = { name: string; problem: string | null; isSkipped?: boolean };

export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** A deployment under examination. `redirects`: the paths that were redirected, and where to. */
export type Site = {
  origin: string;
  settings: SmokeSettings;
  ask: Ask;
  redirects: Map<string, string>;
  /** Its health has a cross: failures elsewhere come from that. */
  isSick: boolean;
};

const TIMEOUT_MS = 30_000;

export function openSite(origin: string, settings: SmokeSettings): Site {
  const redirects: Site["redirects"] = new Map();
  const bypass = settings.VERCEL_AUTOMATION_BYPASS_SECRET;
  const ask: Ask = async (path, init) => {
    const headers = new Headers(init?.headers);
    if (bypass) headers.set("x-vercel-protection-bypass", bypass);
    const answer = await fetch(origin + path, {
      ...init,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => null);
    if (!answer) throw new Failure(`${path} is not answered: look into the logs of the server and of the proxy, and try again.`);
    const location = answer.headers.get("location");
    if (location) redirects.set(path, location);
    return answer;
  };
  return { origin, settings, ask, redirects, isSick: false };
}

/** Passes when `judge` finds nothing in any of the answers, those aside whose fault another check names: absent routes, too. */
export async function judgeAll(
  { isSick }: Site,
  name: string,
  answers: Response[],
  judge: (answer: Response) => string | null | Promise<string | null>,
): Promise<Result> {
  const isTelling = ({ status, headers }: Response) => !headers.has("location") && status !== 404 && !(isSick && status >= 500);
  const telling = answers.filter(isTelling);
  const problems = await Promise.all(telling.map(judge));
  const problem = problems.find(Boolean) ?? null;
  return { name, problem, ...(problem === null && telling.length < answers.length && { isSkipped: true }) };
}

/** A JSON object, or an empty one when the answer is none. Reads the body. */
export async function bodyOf(answer: Response): Promise<Record<string, unknown>> {
  const body: unknown = await answer.json().catch(() => null);
  return typeof body === "object" && body !== null ? { ...body } : {};
}

export function pathOf(answer: Response): string {
  return new URL(answer.url).pathname;
}

/** What mends that the server has no shared secret, for which services may take the place. */
export function setOrServices(name: string): string {
  return `set ${name} on the server, or give SERVICE_CREDENTIAL here if all of its callers are services.`;
}
