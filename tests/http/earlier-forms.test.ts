import { expect, test } from "vitest";
import { query, randomEmail, shared } from "../support/client";
import { postForm, readForm } from "../support/plain-form";

/** The form as a build makes it that names its actions in another way. */
function ofAnotherBuild(form: FormData): FormData {
  const other = new FormData();
  const renamed = (text: string) => text.replace(/[0-9a-f]{42}/g, (id) => id.slice(0, 2) + "ab".repeat(20));
  for (const [name, value] of form) other.set(renamed(name), renamed(String(value)));
  return other;
}

test("a form of another build is refused in words that help, and nothing is done", async () => {
  const email = randomEmail();
  const person = { first_name: "Asha", last_name: "Mrema", email, password: "a long password" };
  const address = `${shared().url}/sign-up`;
  const refusal = await postForm(address, ofAnotherBuild(await readForm(address)), person);
  expect({ status: refusal.status, text: await refusal.text() }).toStrictEqual({
    status: 409,
    text: "This page is from another version of the portal, which was updated meanwhile. Nothing was done. Go back, load the page again and send it once more.\n",
  });
  expect(await query("SELECT 1 FROM users WHERE email = $1", [email])).toStrictEqual([]);
  expect((await postForm(address, await readForm(address), person)).status).toBe(303);
});
