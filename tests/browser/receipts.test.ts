import type { Page } from "@playwright/test";
import { newKey, query, shared } from "../support/client";
import { begin, Replica } from "../support/feed";
import { newUser } from "../support/people";
import { type Portal, sharePortal } from "../support/portal";
import { type ScratchDatabase, scratchDatabase } from "../support/scratch-database";
import { startServer, type TestServer } from "../support/server";
import { newService } from "../support/services";
import { expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { signIn } from "./people";
import { test } from "./signed-in";

// A portal of their own: what verifiers there are, everybody's dialogs wait for.
let database: ScratchDatabase;
let server: TestServer;

test.beforeAll(async () => {
  const { settings, operatorUrl } = shared();
  database = await scratchDatabase();
  const own = { ...settings, DATABASE_URL: database.url };
  server = await startServer(own);
  const portal: Portal = {
    url: server.url,
    settings: own,
    operatorUrl: new URL(new URL(database.url).pathname, operatorUrl).href,
  };
  sharePortal(portal);
});
test.afterAll(async () => {
  sharePortal(undefined);
  await server.stop();
  await database.drop();
});

/** A process that goes on by what is stale, until it says that it has applied what there is. */
async function follow(): Promise<{ service: string; confirm: () => Promise<unknown> }> {
  const service = await newService({ scopes: ["feed"] });
  await query("UPDATE services SET serve_for_ms = 600000 WHERE id = $1", [service.id]);
  const replica = new Replica(await begin(service.credential, { instance: "lab/1", on_stale: "serve" }), service.credential);
  const confirm = async () => {
    replica.follow();
    await replica.untilFrame();
    replica.stop();
    await replica.acknowledge({ applied: true, final: true });
  };
  return { service: service.name, confirm };
}

const revoke = async (page: Page) => {
  await page.getByRole("button", { name: "Revoke key" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Revoke key" }).click();
  return dialog;
};
const DEAD = /^Dead on 1 of 1 verifier, after \d+\.?\d* s\.$/;

test("Whoever revokes a key sees in how many verifiers it is dead, as they confirm: staff by name, owners in numbers", async ({
  page,
  person,
  makeKey,
}) => {
  const lab = await follow();
  const { id } = await makeKey();
  await page.goto(`/keys/${id}`);
  const dialog = await revoke(page);
  await expect(dialog.getByRole("status")).toHaveText(
    /^1 verifier may still accept it until \d\d:\d\d:\d\d\.Dead on 0 of 1 verifier\.$/,
  );
  await expect(dialog).not.toContainText("lab/1");
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScrolling(page);
  await lab.confirm();
  await expect(dialog.getByRole("status")).toHaveText(DEAD);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("main").getByRole("status").first()).toHaveText(DEAD);

  const other = await follow();
  await query("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
  await page.goto(`/admin/keys/${(await newKey(await newUser())).id}`);
  const named = await revoke(page);
  await expect(named.getByRole("status")).toContainText(`lab/1 (${other.service}) may still accept it until`);
  await other.confirm();
  await expect(named.getByRole("status")).toHaveText(DEAD);
  await named.getByRole("button", { name: "Close" }).click();
  await page.goto("/admin/audit?action=api_key.revoked");
  const entry = page.getByRole("list", { name: "Audit entries" }).getByRole("listitem").first();
  await entry.getByText("Key revoked").click();
  await expect(entry.getByRole("status")).toHaveText(DEAD);
  await entry.getByText("Each verifier").click();
  await expect(entry.getByRole("list", { name: "Verifiers" })).toContainText(`lab/1 ${other.service}`);
});

test("Without scripts, whoever revokes all keys reads where they are dead, and by loading the page again where they are by then", async ({
  browser,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: shared().url });
  const page = await context.newPage();
  const person = await newUser();
  await signIn(page, person);
  await newKey(person);
  await newKey(person);
  const lab = await follow();
  await page.goto("/keys/revoke-all");
  await page.getByRole("button", { name: "Revoke 2 keys" }).click();
  await expect(page).toHaveURL("/keys?status=revoked");
  const status = page.getByRole("status").filter({ hasText: "verifier", visible: true });
  await expect(status).toContainText("may still accept it until");
  await lab.confirm();
  await page.reload();
  await expect(status).toHaveText(DEAD);
  await page.getByRole("row").nth(1).getByRole("link").first().click();
  await expect(status).toHaveText(DEAD);
  await context.close();
});
