import { newKey, query, type TestKey } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { test as base } from "./fixtures";
import { signIn } from "./people";

type Fixtures = {
  /** Someone new, in Dar es Salaam as the browser is, whose session it has. */
  person: TestUser;
  /** Makes a key of that person over HTTP. */
  makeKey: (fields?: Record<string, unknown>) => Promise<TestKey>;
};

export const test = base.extend<Fixtures>({
  person: async ({ page }, use) => {
    const person = await newUser();
    await query("UPDATE users SET timezone = 'Africa/Dar_es_Salaam' WHERE id = $1", [person.id]);
    await signIn(page, person);
    await use(person);
  },
  makeKey: async ({ person }, use) => use((fields) => newKey(person, fields)),
});
