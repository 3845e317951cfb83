import type { Page } from "@playwright/test";
import { randomEmail } from "../support/client";
import { newUser, sessionCookieName } from "../support/people";
import { shared } from "../support/portal";
import { startServer } from "../support/server";
import { expect, expectAccessible, expectNoSidewaysScrolling, tabTo, test } from "./fixtures";
import { fillSignIn, openAccountMenu, signInTo, untilHydrated } from "./people";

async function fillSignUp(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("Name").fill("Neema Juma");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "With JavaScript a visitor" : "Without JavaScript a visitor", () => {
    test.use({ javaScriptEnabled });

    test("can sign up, sign out and sign in, and comes to the page that was asked for", async ({ page }) => {
      const email = randomEmail();
      await page.goto("/settings");
      await expect(page).toHaveURL("/sign-in?next=%2Fsettings");
      await expect(page).toHaveTitle("Sign in · Latchkey");
      await page.getByRole("link", { name: "Sign up" }).click();
      await expect(page).toHaveURL("/sign-up?next=%2Fsettings");
      await expect(page).toHaveTitle("Sign up · Latchkey");
      await page.getByRole("link", { name: "Sign in" }).click();
      await page.getByRole("link", { name: "Sign up" }).click();
      await fillSignUp(page, email, "a long sentence");
      await expect(page).toHaveURL("/settings");
      await expect(page).toHaveTitle("Settings · Latchkey");
      await expect(page.getByRole("main")).toContainText(email);
      await expect(page.getByLabel("Time zone")).toHaveValue(javaScriptEnabled ? "Africa/Dar_es_Salaam" : "UTC");

      await openAccountMenu(page);
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await expect(page).toHaveURL("/sign-in");
      await page.goto("/settings");
      await expect(page).toHaveURL("/sign-in?next=%2Fsettings");
      await fillSignIn(page, { email: ` ${email.toUpperCase()} `, password: "a long sentence" });
      await expect(page).toHaveURL("/settings");
    });

    test(`is told next to the field what to change, and keeps what was typed${javaScriptEnabled ? "" : " except the password"}`, async ({
      page,
    }) => {
      await page.goto("/sign-up?next=%2Fsettings");
      await fillSignUp(page, "neema@", "short");
      const email = page.getByLabel("E-mail address");
      await expect(email).toHaveAccessibleDescription("Enter a valid email address.");
      await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
        "This password is too short. It must contain at least 8 characters.",
      );
      await expect(page.getByLabel("Name")).toHaveValue("Neema Juma");
      await expect(email).toHaveValue("neema@");
      await expect(page.getByLabel("Password", { exact: true })).toHaveValue(javaScriptEnabled ? "short" : "");
      if (javaScriptEnabled) await expect(email).toBeFocused();

      await fillSignUp(page, randomEmail(), "long enough");
      await expect(page).toHaveURL("/settings");
    });

    test("is told that the address is taken, or that the password is wrong", async ({ page }) => {
      const person = await newUser();
      await page.goto("/sign-up?next=%2Fsettings");
      await fillSignUp(page, person.email, "another password");
      await expect(page.getByLabel("E-mail address")).toHaveAccessibleDescription("There is an account with this address.");
      await page.getByRole(javaScriptEnabled ? "link" : "button", { name: "Sign in instead" }).click();
      await expect(page).toHaveURL("/sign-in?next=%2Fsettings");
      await expect(page).toHaveTitle("Sign in · Latchkey");
      await expect(page.getByLabel("E-mail address")).toHaveValue(person.email);
      await expect(page.getByRole("main")).not.toContainText("This field");
      await fillSignIn(page, { email: person.email, password: "wrong" });
      const alert = page.getByRole("main").getByRole("alert");
      await expect(alert).toHaveText("The e-mail address or the password is wrong.");
      if (javaScriptEnabled) await expect(alert).toBeFocused();
      await expect(page.getByLabel("E-mail address")).toHaveValue(person.email);
      await expect(page.getByLabel("Password", { exact: true })).toHaveValue(javaScriptEnabled ? "wrong" : "");
      await fillSignIn(page, person);
      await expect(page).toHaveURL("/settings");
    });
  });
}

test.describe("Someone who is signed in", () => {
  // The keys page may not be there yet; where the answer leads is what counts here.
  test.use({ expectedProblems: /404 .*\/keys/ });

  test("is sent on from the sign-in and sign-up pages, never off the site", async ({ page }) => {
    await signInTo(page, "/settings", await newUser());
    await page.goto("/sign-in?next=%2Fsettings%3Fa%3Db");
    await expect(page).toHaveURL("/settings?a=b");
    for (const next of ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/.//evil.example"]) {
      for (const encoded of [encodeURIComponent(next), encodeURIComponent(encodeURIComponent(next))]) {
        await page.goto(`/sign-up?next=${encoded}`);
        await expect(page).toHaveURL("/keys");
      }
    }
  });

  test("comes to the keys when a forged form names another site", async ({ page }) => {
    const person = await newUser();
    await page.goto("/sign-in");
    await page.locator("input[name=next]").evaluate((input: HTMLInputElement) => {
      input.value = "//evil.example/";
    });
    await fillSignIn(page, person);
    await expect(page).toHaveURL("/keys");
  });

  test("has cookies that scripts cannot read and other sites do not send", async ({ page, context }) => {
    await page.goto("/sign-in?next=%2Fsettings");
    await fillSignIn(page, await newUser());
    await expect(page).toHaveURL("/settings");
    const cookies = await context.cookies();
    expect(
      cookies.map(({ name, httpOnly, sameSite, secure, path }) => ({ name, httpOnly, sameSite, secure, path })),
    ).toStrictEqual(
      [sessionCookieName(), sessionCookieName().replace("session_token", "devices")].map((name) => ({
        name,
        httpOnly: true,
        sameSite: "Lax",
        secure: false,
        path: "/",
      })),
    );
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });

  test("has the portal's navigation and the account menu on the front page and in the docs, a visitor the ways in", async ({
    page,
  }) => {
    const navigation = page.getByRole("navigation", { name: "Portal" });
    for (const path of ["/", "/docs"]) {
      await page.goto(path);
      await expect(navigation.getByRole("link")).toHaveText(["Docs", "Sign in", "Sign up"]);
    }
    const person = await newUser();
    await signInTo(page, "/settings", person);
    for (const path of ["/", "/docs"]) {
      await page.goto(path);
      await expect(navigation.getByRole("link")).toHaveText(["Keys", "Usage", "Docs"]);
      await expect(page.getByText(person.email)).toBeHidden();
      await tabTo(page, "Your account");
      await page.keyboard.press("Enter");
      await expect(page.getByText(person.email)).toBeVisible();
      await page.keyboard.press("Tab");
      await expect(page.getByRole("link", { name: "Settings", exact: true })).toBeFocused();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("button", { name: "Your account" })).toBeFocused();
      await expect(page.getByText(person.email)).toBeHidden();
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await openAccountMenu(page);
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page);
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await expect(page).toHaveURL("/settings");
    await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeHidden();
  });

  test("loses the session for good by signing out: Back shows nothing, the old cookie opens nothing", async ({
    page,
    context,
  }) => {
    const person = await newUser();
    await signInTo(page, "/settings", person);
    const cookies = await context.cookies();
    await openAccountMenu(page);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(page).toHaveURL("/sign-in");
    expect(await context.cookies()).toStrictEqual([]);
    await page.goBack();
    await expect(page.getByText(person.email)).toHaveCount(0);
    await context.addCookies(cookies);
    await page.goto("/settings");
    await expect(page).toHaveURL("/sign-in?next=%2Fsettings");
  });

  test("has one account after a double click", async ({ page }) => {
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") sent.push(request.url());
    });
    await page.goto("/sign-up?next=%2Fsettings");
    await untilHydrated(page);
    await page.getByLabel("Name").fill("Neema Juma");
    await page.getByLabel("E-mail address").fill(randomEmail());
    await page.getByLabel("Password", { exact: true }).fill("a long sentence");
    await page.getByRole("button", { name: "Create account" }).dblclick();
    await expect(page).toHaveURL("/settings");
    expect(sent).toHaveLength(1);
  });
});

test.describe("After too many attempts a visitor", () => {
  test("is told how long to wait, and keeps what was typed", async ({ page }) => {
    const server = await startServer({ ...shared().settings, AUTH_RATE_LIMIT_PER_MINUTE: "2" });
    try {
      // The other tests come from this address too.
      await page.setExtraHTTPHeaders({ "X-Forwarded-For": "203.0.113.77" });
      const person = { email: randomEmail(), password: "wrong" };
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await page.goto(`${server.url}/sign-in`);
        await fillSignIn(page, person);
        await expect(page.getByRole("main").getByRole("alert")).toHaveText("The e-mail address or the password is wrong.");
      }
      await fillSignIn(page, person);
      await expect(page.getByRole("main").getByRole("alert")).toHaveText(/^Too many attempts\. Try again in \d+ seconds\.$/);
      await expect(page.getByLabel("E-mail address")).toHaveValue(person.email);
    } finally {
      await server.stop("SIGKILL");
    }
  });
});

test.describe("Without a connection a visitor", () => {
  test.use({ expectedProblems: /ERR_INTERNET_DISCONNECTED/ });

  test("is told so, and signs in once it is back", async ({ page, context }) => {
    const person = await newUser();
    await page.goto("/sign-in?next=%2Fsettings");
    await untilHydrated(page);
    await context.setOffline(true);
    await fillSignIn(page, person);
    await expect(page.getByRole("main").getByRole("alert")).toHaveText(
      "The server could not be reached. Check your connection and try again.",
    );
    await context.setOffline(false);
    await fillSignIn(page, person);
    await expect(page).toHaveURL("/settings");
  });
});

test.describe("On the account pages a visitor", () => {
  test("can sign in with the keyboard alone, and see the password that was typed", async ({ page }) => {
    const person = await newUser();
    await page.goto("/sign-in?next=%2Fsettings");
    await page.getByLabel("E-mail address").focus();
    await page.keyboard.type(person.email);
    await page.keyboard.press("Tab");
    await page.keyboard.type(person.password);
    await tabTo(page, "Show password");
    await page.keyboard.press("Enter");
    await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("type", "text");
    await tabTo(page, /^Sign in$/);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL("/settings");
  });

  for (const path of ["/sign-in", "/sign-up"]) {
    test(`meets no accessibility problem and no sideways scrolling at ${path}`, async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(path);
      await expectAccessible(page);
      await page
        .getByRole("main")
        .getByRole("button", { name: /^(Sign in|Create account)$/ })
        .click();
      await expect(page.locator("[aria-invalid=true]").first()).toBeFocused();
      await expectNoSidewaysScrolling(page);
      await expectAccessible(page);
    });
  }

  for (const javaScriptEnabled of [true, false]) {
    test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
      test.use({ javaScriptEnabled });

      test("can choose the colours, and finds them again on the next visit", async ({ page }) => {
        await page.emulateMedia({ colorScheme: "light" });
        await page.goto("/sign-in");
        const background = () => page.locator("html").evaluate((element) => getComputedStyle(element).backgroundColor);
        await page.getByRole("button", { name: "Dark" }).click();
        await expect(page.getByRole("button", { name: "Dark" })).toHaveAttribute("aria-pressed", "true");
        await page.goto("/");
        expect(await background()).toBe("rgb(14, 14, 16)");
        await page.goto("/sign-in");
        await page.getByRole("button", { name: "As the system" }).click();
        await expect(page.getByRole("button", { name: "As the system" })).toHaveAttribute("aria-pressed", "true");
        await page.goto("/");
        expect(await background()).toBe("rgb(255, 255, 255)");
      });
    });
  }
});
