import { newKey, type TestKey } from "../support/client";
import { newUser, type TestUser } from "../support/people";
import { test as base } from "./fixtures";
import { signIn } from "./people";

type Fixtures = {
  /** Someone new, whose session the browser has. */
  person: TestUser;
  /** Makes a key of that person over HTTP. */
  makeKey: (fields?: Record<string, unknown>) => Promise<TestKey>;
};

export const test = base.extend<Fixtures>({
  person: async ({ page }, use) => {
    const person = await newUser();
    await signIn(page, person);
    await use(person);
  },
  makeKey: async ({ person }, use) => use((fields) => newKey(person, fields)),
});
