import { randomUUID } from "node:crypto";
import { call, newKey } from "../../tests/support/client";
import { launch } from "../../tests/support/launch";
import { post, signed } from "./callers";
import type { Finding } from "./drill";
import type { OwnGround, Reported } from "./ground";

const TIMES = 20;
const BOTH = [0, 1] as const;

/** Two portals on one database are asked the same at the same time: one of them does it. */
export async function race(ground: OwnGround): Promise<Finding[]> {
  // Behind one address, whose name is in every token.
  const second = await launch({ env: { ...ground.settings, APP_URL: ground.portal.url } });
  await second.ready();
  const urls = [ground.portal.url, second.url];
  const { access: token, key } = ground.owners.A;
  const atBoth = <Result>(ask: (url: string) => Promise<Result>) => Promise.all(urls.map(ask));
  const wrong: string[] = [];
  const expect = (what: string, holds: boolean) => holds || wrong.push(what);
  const validOf = async (credential: string) =>
    (await post(`${second.url}/api/keys/verify`, bearer(ground), JSON.stringify({ key: credential, cost: 0 }))).outcome ===
    "answered";

  for (let time = 0; time < TIMES; time += 1) {
    const headers = { "Idempotency-Key": randomUUID() };
    const body = { key_name: `Race ${headers["Idempotency-Key"]}` };
    const made = await atBoth((url) => call("/api/auth/keys/create/", { token, body, headers }, url));
    expect("one key of two requests with one Idempotency-Key", sortedStatuses(made) === "201 409");

    const events = Array.from({ length: 50 }, (): Reported => ({ owner: "A", id: randomUUID(), isCounted: false }));
    const report = JSON.stringify({ events: events.map(({ id }) => ({ id, keyId: key.id, delta: 1 })) });
    const reports = await atBoth((url) => post(`${url}/usage`, signed(report, ground.settings), report));
    expect("each call counted by one of two", reports.reduce((sum, { accepted }) => sum + accepted, 0) === events.length);
    for (const event of events) event.isCounted = true;
    ground.reported.push(...events);

    const raced = await newKey(ground.owners.A, { key_name: "Race" }, ground.portal.url);
    const pairs = await atBoth((url) => call(`/api/auth/keys/${raced.id}/regenerate/`, { method: "POST", token }, url));
    const credentials = pairs.flatMap(({ body: { data } }) => data?.api_key ?? []);
    const valid = await Promise.all(credentials.map(validOf));
    expect("one valid credential after two regenerations", valid.filter(Boolean).length === 1);

    const ends = await Promise.all(
      BOTH.map((place) =>
        call(`/api/auth/keys/${raced.id}/${place === 0 ? "revoke" : "regenerate"}/`, { method: "POST", token }, urls[place]),
      ),
    );
    const last = ends[1]?.body.data?.api_key;
    expect("nothing valid after a revocation and a regeneration", ends[0]?.status === 200 && !(last && (await validOf(last))));
  }
  const counted = [...new Set(wrong)].map((what) => `${what}: ${wrong.filter((other) => other === what).length} times not`);
  await second.stop();
  return [{ says: `${TIMES} races of four kinds have one winner (${counted.join("; ") || "all"})`, holds: wrong.length === 0 }];
}

function bearer({ settings }: OwnGround) {
  return { Authorization: `Bearer ${settings.SERVICE_API_SECRET}` };
}

function sortedStatuses(answers: readonly { status: number }[]): string {
  return answers
    .map(({ status }) => status)
    .sort((one, other) => one - other)
    .join(" ");
}
