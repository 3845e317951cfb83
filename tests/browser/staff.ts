import type { Page } from "@playwright/test";
import { query } from "../support/client";
import type { TestUser } from "../support/people";
import type { Person } from "./people";
import { test as base } from "./signed-in";

/** Whoever looks is an administrator, whose password was given just now, or with `stale` a quarter of an hour ago. */
export const test = base.extend<{ admin: TestUser; stale: () => Promise<void> }>({
  admin: [
    async ({ person }, use) => {
      await query("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
      await use(person);
    },
    { auto: true },
  ],
  stale: async ({ admin }, use) =>
    use(async () => {
      await query("UPDATE sessions SET confirmed_at = now() - interval '16 minutes' WHERE user_id = $1", [admin.id]);
    }),
});

/** Gives the password where it is asked for. */
export async function confirm(page: Page, { password }: Person): Promise<void> {
  const confirmation = page.getByRole("dialog", { name: "Confirm it is you" });
  await confirmation.getByLabel("Password", { exact: true }).fill(password);
  await confirmation.getByRole("button", { name: "Confirm" }).click();
}
