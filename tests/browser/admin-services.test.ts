import type { Page } from "@playwright/test";
import { adminCall, call, query } from "../support/client";
import { newService } from "../support/services";
import { expect, expectAccessible, expectNoSidewaysScrolling, runInBash } from "./fixtures";
import { confirm, test } from "./staff";

test.beforeEach(({ stale }) => stale());

const dialog = (page: Page, name?: string | RegExp) => page.getByRole("dialog", { name });
const done = (page: Page) => page.getByRole("main").locator("[data-notice]");

async function verifyStatus(credential: string): Promise<number> {
  return (await call("/api/keys/verify", { body: { key: "mf_live_none" }, token: credential })).status;
}

/** What runs in bash as it is pasted, and how the other is run. Python is not on every machine that runs the tests. */
const LANGUAGES = [
  ["curl", 'eval "$PASTED"'],
  ["JavaScript", 'node --input-type=module -e "$PASTED"'],
] as const;

/** Presses the button of a line that is shown once, and answers what was copied. */
async function copy(page: Page, what: string): Promise<string> {
  await dialog(page)
    .getByRole("button", { name: `Copy ${what}`, exact: true })
    .click();
  return page.evaluate(() => navigator.clipboard.readText());
}

test("A member of staff makes a service, whose credential is shown once, rotates it, and ends it", async ({
  page,
  context,
  admin,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.url(), request.postData() ?? ""));
  const name = `Till ${admin.id}`;
  await page.goto("/admin/services");
  await page.getByRole("button", { name: "New service" }).click();
  await dialog(page).getByLabel("verify").check();
  await dialog(page).getByLabel("Networks").fill("everywhere");
  await dialog(page).getByRole("button", { name: "Make service" }).click();
  await confirm(page, admin);
  await expect(dialog(page)).toContainText("Give it a name.");
  await expect(dialog(page)).toContainText("“everywhere” is no address and no range");
  await expect(dialog(page).getByLabel("verify")).toBeChecked();
  await dialog(page).getByLabel("Name").fill(name);
  await dialog(page).getByLabel("Networks").fill("");
  await dialog(page).getByRole("button", { name: "Make service" }).click();

  await expect(dialog(page, "Save your credential")).toContainText(/lks_\w{6}•{8}/);
  for (const [language, command] of LANGUAGES) {
    await dialog(page).getByRole("tab", { name: language }).click();
    expect(runInBash(command, { PASTED: await copy(page, "Verify a key") })).toContain('{"valid":false,"code":"NOT_FOUND"');
  }
  const credential = await copy(page, "Credential");
  expect(await verifyStatus(credential)).toBe(200);
  await dialog(page).getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText(`${credential.slice(0, 10)}... made`);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.body.innerHTML]));
  expect([kept, ...sent].filter((text) => text.includes(credential))).toStrictEqual([]);

  await page.getByRole("link", { name }).click();
  await expect(page).toHaveTitle(new RegExp(name));
  await page.getByRole("button", { name: "Rotate credential" }).click();
  await dialog(page).getByText("1 hour").click();
  await dialog(page).getByRole("button", { name: "Rotate credential" }).click();
  await expect(dialog(page, "Save your credential")).toContainText("The old credential works until");
  const next = await copy(page, "Credential");
  await dialog(page).getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("main")).toContainText("Two credentials work.");
  expect([await verifyStatus(credential), await verifyStatus(next)]).toStrictEqual([200, 200]);
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScrolling(page);

  await page.getByRole("button", { name: `Revoke ${credential.slice(0, 10)}` }).click();
  await dialog(page).getByRole("button", { name: "Revoke credential" }).click();
  await expect(done(page)).toContainText("The credential is revoked.");
  await expect(done(page)).toBeFocused();
  expect([await verifyStatus(credential), await verifyStatus(next)]).toStrictEqual([401, 200]);

  // Whose is it, when it is found somewhere?
  await page.goto("/admin/services");
  await page.getByRole("searchbox", { name: /^Find anything/ }).fill(`TOKEN=${next}`);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/admin\/services\/[0-9a-f-]{36}$/);
  await page.getByRole("button", { name: "Revoke service" }).click();
  await dialog(page).getByRole("button", { name: "Revoke service" }).click();
  await expect(dialog(page)).toContainText("Tick this first.");
  await dialog(page).getByLabel("I understand").check();
  await dialog(page).getByRole("button", { name: "Revoke service" }).click();
  await expect(done(page)).toContainText("The service is revoked.");
  expect(await verifyStatus(next)).toBe(401);
  expect(sent.filter((text) => text.includes(next))).toStrictEqual([]);
  await page.getByRole("link", { name: "All about it" }).click();
  await expect(page.getByRole("main").getByRole("status").first()).toHaveText(/^4 entries\./);
  await page.getByRole("list", { name: "Audit entries" }).getByText("Service revoked").click();
  await page.getByRole("listitem").getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await page.goto("/admin/services");
  await expectNoSidewaysScrolling(page);
  await expectAccessible(page);
  const ended = page.getByRole("table", { name: "Services that have ended" });
  await expect(ended.getByRole("row").filter({ hasText: name })).toContainText("Revoked");
});

test("A member of staff is asked before a service is shut out of its own network, or a shared secret is switched off", async ({
  page,
  admin,
}) => {
  const { id } = await newService({ scopes: ["usage"], perReport: 500 });
  await query(
    `INSERT INTO service_days (service, day, calls, refusals, last_at, last_address)
     VALUES ($1, (now() AT TIME ZONE 'UTC')::date, 1200, 3, now(), '203.0.113.7')`,
    [id],
  );
  await page.goto(`/admin/services/${id}`);
  await expect(page.getByRole("figure", { name: "Calls per day" })).toContainText("1,200 calls, 3 refused");
  await page.getByText("Edit", { exact: true }).click();
  await page.getByLabel("Networks").fill("10.0.0.0/8");
  await page.getByRole("button", { name: "Save changes" }).click();
  await confirm(page, admin);
  await expect(page.getByRole("main")).toContainText("Its last call came from 203.0.113.7, which is in none of these.");
  await expect(page.getByLabel("Networks")).toHaveValue("10.0.0.0/8");
  await page.getByLabel("I am sure").check();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("main")).toContainText("Saved.");
  await expect(page.getByLabel("I am sure")).toHaveCount(0);
  const [saved] = await query("SELECT networks, scopes, max_credits_per_report::int AS bound FROM services WHERE id = $1", [id]);
  expect(saved).toStrictEqual({ networks: ["10.0.0.0/8"], scopes: ["usage"], bound: 500 });

  const status = async () => (await adminCall("/api/api-keys?limit=1")).status;
  await page.goto("/admin/services");
  const secret = page.getByRole("listitem").filter({ hasText: "ADMIN_API_SECRET" });
  await secret.getByRole("button", { name: "Switch off" }).click();
  await dialog(page).getByRole("button", { name: "Switch off" }).click();
  await expect(secret).toContainText("Switched off");
  expect(await status()).toBe(401);
  await secret.getByRole("button", { name: "Switch on" }).click();
  await dialog(page).getByRole("button", { name: "Switch on" }).click();
  await expect(secret).toContainText("Accepted");
  expect(await status()).toBe(200);
  await page.goto(`/admin/audit?target=ADMIN_API_SECRET&actor=${admin.id}`);
  const entries = page.getByRole("list", { name: "Audit entries" });
  await expect(entries.getByText(/^Shared secret/)).toHaveText(["Shared secret switched on", "Shared secret switched off"]);
});

test("A member of staff sees which processes follow the feed, and how far behind each of them is", async ({ page }) => {
  const { id } = await newService({ scopes: ["feed"] });
  await page.goto(`/admin/services/${id}`);
  const section = page.getByRole("region", { name: "Instances" });
  await expect(section).toContainText("No process follows the feed now.");
  const add = (instance: string, state: string, onStale: string, behind: string) =>
    query(
      `INSERT INTO verifier_sessions (id, service_id, instance, version, on_stale, bound_ms, serve_for_ms, token_hash, epoch, start_cursor,
         as_of, state, keys)
       SELECT gen_random_uuid(), $1, $2, '1.0.0', $4, 2000, 60000, '', epoch, '9007199254740991:9007199254740991:', now() - $5::interval, $3, 1200 FROM feed_state`,
      [id, instance, state, onStale, behind],
    );
  await add("api-eu-3/4711", "READY", "ask", "300 milliseconds");
  await add("api-lab-1/7", "STALE", "serve", "75 seconds");
  await page.reload();
  const rows = section.getByRole("row");
  await expect(rows.nth(1)).toContainText(/api-eu-3\/4711.*Ready.*0\.3\ss.*Asks the portal after 2\ss.*1,200/);
  await expect(rows.nth(2)).toContainText(/api-lab-1\/7.*Stale.*75\ss.*Goes on serving after 2\ss, for 60\ss/);
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScrolling(page);
});
