import { registerOverHttp } from "../support/people";
import { shared } from "../support/portal";
import { startServer } from "../support/server";
import { expect, test } from "./fixtures";
import { untilHydrated } from "./people";

const nonceOf = (policy: string | undefined): string | undefined => /script-src [^;]*'nonce-([^']+)'/.exec(policy ?? "")?.[1];

test.describe("A page is protected:", () => {
  for (const path of ["/", "/sign-in", "/nowhere"]) {
    test(`${path} runs only scripts that carry the nonce of its own answer`, async () => {
      const nonces = new Set<string>();
      for (let request = 0; request < 2; request += 1) {
        const answer = await fetch(shared().url + path, { headers: { "Content-Security-Policy": "script-src 'nonce-mine'" } });
        const policy = answer.headers.get("content-security-policy") ?? "";
        const nonce = nonceOf(policy) ?? "";
        expect(Buffer.from(nonce, "base64")).toHaveLength(16);
        expect(policy).toBe(
          [
            "default-src 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "img-src 'self' data:",
            "style-src 'self' 'unsafe-inline'",
            `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
          ].join("; "),
        );
        const scripts = (await answer.text()).match(/<script[^>]*>/g) ?? [];
        expect(scripts.length).toBeGreaterThan(3);
        expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toStrictEqual([]);
        nonces.add(nonce);
      }
      expect(nonces.size).toBe(2);
    });
  }

  test("it says little to other sites about where people come from, and is kept by no cache", async () => {
    const { headers } = await fetch(`${shared().url}/sign-in`);
    expect(headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toContain("no-store");
    expect(headers.get("strict-transport-security")).toBeNull();
  });
});

test.describe("A page into which a script was smuggled", () => {
  // React complains as well, of what it did not write.
  test.use({ expectedProblems: /Content Security Policy|Minified React error #418/ });

  test("does not run it, and works on", async ({ page }) => {
    await page.addInitScript(() => {
      const refused: string[] = [];
      Object.assign(window, { refused });
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => refused.push(effectiveDirective));
    });
    await page.route("/sign-in", async (route) => {
      const answer = await route.fetch();
      const smuggled = `<script>window.smuggled = 1</script><img src="data:," onerror="window.smuggled = 2">`;
      await route.fulfill({ response: answer, body: (await answer.text()).replace("<h1", `${smuggled}<h1`) });
    });
    await page.goto("/sign-in");
    await expect.poll(() => page.evaluate("window.refused")).toStrictEqual(["script-src-elem", "script-src-attr"]);
    expect(await page.evaluate("window.smuggled")).toBeUndefined();
    await untilHydrated(page);
  });
});

test.describe("On https", () => {
  test("cookies are such that only https can set and get, and browsers are told to stay there", async () => {
    const server = await startServer({ ...shared().settings, APP_URL: "https://keys.example.com" });
    try {
      const person = await registerOverHttp(server.url);
      const page = await fetch(`${server.url}/sign-in`);
      expect(page.headers.get("strict-transport-security")).toBe("max-age=31536000");
      const form = new FormData();
      for (const [, name = "", value = ""] of (await page.text()).matchAll(
        /<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g,
      ))
        form.set(name, value.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
      form.set("email", person.email);
      form.set("password", person.password);
      const headers = { Origin: server.url };
      const answer = await fetch(`${server.url}/sign-in`, { method: "POST", body: form, headers, redirect: "manual" });
      expect([answer.status, answer.headers.get("location")]).toStrictEqual([303, "/keys"]);
      expect(
        answer.headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]+/, "=…").replace(/Expires=[^;]+/, "Expires=…")),
      ).toStrictEqual([
        "__Secure-latchkey.session_token=…; Path=/; Expires=…; Secure; HttpOnly; SameSite=lax",
        "__Secure-latchkey.devices=…; Path=/; Expires=…; Max-Age=7776000; Secure; HttpOnly; SameSite=lax",
      ]);
      const [cookie = ""] = answer.headers.getSetCookie()[0]?.split(";") ?? [];
      const settings = await fetch(`${server.url}/settings`, { headers: { Cookie: cookie }, redirect: "manual" });
      expect(await settings.text()).toContain(person.email);
    } finally {
      await server.stop("SIGKILL");
    }
  });
});
