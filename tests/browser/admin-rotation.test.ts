import { call, newKey, shared } from "../support/client";
import { newUser } from "../support/people";
import { randomSecret, startServer, type TestServer } from "../support/server";
import { expect, expectAccessible, expectNoSidewaysScrolling } from "./fixtures";
import { signIn } from "./people";
import { confirm, test } from "./staff";

let server: TestServer;

test.beforeAll(async () => {
  const { settings } = shared();
  const KEY_HASH_SECRET_PREVIOUS = settings.KEY_HASH_SECRET;
  server = await startServer({ ...settings, KEY_HASH_SECRET: randomSecret(), KEY_HASH_SECRET_PREVIOUS });
});
test.afterAll(() => server.stop("SIGKILL"));

test("While KEY_HASH_SECRET is rotated, a member of staff regenerates and ends the keys that are left", async ({
  page,
  admin,
  stale,
}) => {
  await signIn(page, admin, server.url);
  await stale();
  const owner = await newUser();
  for (const key_name of ["One", "Two"]) await newKey(owner, { key_name });
  await page.goto(`${server.url}/admin`);
  const left = page.getByText(/^KEY_HASH_SECRET is being rotated: [\d,]+ keys? (have|has) not moved yet, and the secret of /);
  await expect(left).toBeVisible();
  await expectAccessible(page);
  await left.getByRole("link").first().click();
  await expect(page).toHaveURL(`${server.url}/admin/keys?hash=former`);
  await expect(page.getByRole("navigation", { name: "Hash" }).getByRole("link", { name: "Former", exact: true })).toHaveAttribute(
    "aria-current",
    "true",
  );

  await page.goto(`${server.url}/admin/keys?hash=former&owner=${owner.id}`);
  const names = page.getByRole("row").getByRole("link", { name: /^(One|Two)$/ });
  await expect(names).toHaveText(["Two", "One"]);
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScrolling(page);

  await page.getByRole("button", { name: "Actions for One" }).click();
  await page.getByRole("menuitem", { name: "Regenerate…" }).click();
  await page.getByRole("dialog").getByText("Not at all").click();
  await page.getByRole("button", { name: "Regenerate key" }).click();
  await confirm(page, admin);
  const save = page.getByRole("dialog", { name: "Save your key" });
  await save.getByRole("button", { name: "Show key and secret" }).click();
  const key = /mf_live_[0-9A-Za-z]{38}/.exec((await save.textContent()) ?? "")?.[0] ?? "";
  const token = shared().settings.SERVICE_API_SECRET ?? "";
  expect((await call("/api/keys/verify", { token, body: { key } }, server.url)).body.code).toBe("VALID");
  await save.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Close anyway" }).click();
  await expect(names).toHaveText(["Two"]);

  await page.getByRole("button", { name: "Actions for Two" }).click();
  await page.getByRole("menuitem", { name: "Revoke…" }).click();
  await page.getByRole("alertdialog").getByRole("checkbox").check();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByRole("main").getByText("No key fits.")).toBeVisible();
});
