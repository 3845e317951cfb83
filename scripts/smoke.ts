import { Failure } from "./failure";
import { runChecks } from "./smoke-checks";
import type { Result } from "./smoke-site";

const USAGE = `Say which deployment to check: npm run smoke -- https://keys.example.com
Given SMOKE_EMAIL and SMOKE_PASSWORD (a user of the portal) and SERVICE_CREDENTIAL (of a service with the scopes verify,
admin:read and admin:write; or SERVICE_API_SECRET and ADMIN_API_SECRET), it also makes a key, verifies, disables, enables,
revokes and removes it. VERCEL_AUTOMATION_BYPASS_SECRET opens a protected preview.`;

/** `smoke URL`: the deployment checklist as a command. Exit status 1 when something has to be mended. */
export async function main([url = "", ...rest]: string[]): Promise<void> {
  if (rest.length > 0 || !/^https?:\/\//.test(url) || !URL.canParse(url)) throw new Failure(USAGE);
  const results = await runChecks(new URL(url).origin, process.env);
  for (const result of results) print(result);
  const wrong = results.filter(({ problem }) => problem).length;
  if (wrong > 0) throw new Failure(`${wrong} of ${results.length} checks failed. Each says above how to mend it.`);
  const skipped = results.filter(({ isSkipped }) => isSkipped).length;
  console.log(`\nAll ${results.length - skipped} checks passed${skipped > 0 ? `; ${skipped} not tried` : ""}.`);
}

function print({ name, problem, isSkipped }: Result): void {
  console.log(`${problem ? "✗" : isSkipped ? "–" : "✓"} ${name}`);
  if (problem) console.log(`    ${problem}`);
}
