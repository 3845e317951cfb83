import { counter, durations } from "./registry";

const requests = counter("latchkey_http_requests_total", "Requests answered, by their route; 499: the client left before.", [
  "method",
  "route",
  "status",
]);
const seconds = durations("latchkey_http_request_duration_seconds", "From a request's first byte to its answer's last.", [
  "method",
  "route",
]);

export type Answered = { method: string | undefined; route: string; status: number; durationMs: number };

/**
 * Counts answers. A route's name in the log can be as long and as odd as an address; here, all that are no route's are `other`,
 * and so are methods that are none of `methods`.
 * @param routes such as `/api/api-keys/[id]`
 */
export function measureRequests(routes: readonly string[], methods: ReadonlySet<string>): (answered: Answered) => void {
  const known = new Set(routes.map((route) => route.replaceAll(/\[[^/]+\]/g, "[id]")));
  return ({ method: sent = "", route: named, status, durationMs }) => {
    const bare = named.length > 1 && named.endsWith("/") ? named.slice(0, -1) : named;
    const route = known.has(bare) ? bare : "other";
    const method = methods.has(sent) ? sent : "other";
    requests.inc({ method, route, status });
    seconds.observe({ method, route }, durationMs / 1000);
  };
}
