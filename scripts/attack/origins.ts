import fc from "fast-check";
import { signInByCookie } from "../../tests/support/people";
import { ask, brief, type Reply } from "./ask";
import { attack } from "./attack";
import { actionNamed, callAction, openBrowser } from "./browser";
import { newPerson } from "./ground";
import { stateOf } from "./owners";

const bareCookie = attack(
  "pages of other origins",
  fc.record({
    origin: fc.constantFrom(
      "https://evil.example",
      "null",
      "http://localhost",
      "http://localhost.evil.example:3000",
      "https://portal.datazag.com",
      "https://portal.datazag.com.evil.example",
      "HTTP://LOCALHOST:3000",
      "",
    ),
    site: fc.constantFrom("cross-site", "same-site", undefined),
    path: fc.constantFrom("form", "create", "action", "change-password", "sign-out", "login form"),
    forwarded: fc.boolean(),
  }),
  async ({ ground, holds }, { origin, site, path, forwarded }) => {
    if (origin === "" && site === undefined) return;
    const person = await newPerson();
    const cookie = await signInByCookie(person);
    const headers = {
      ...(origin && { Origin: origin }),
      ...(site && { "Sec-Fetch-Site": site }),
      ...(!origin && { Origin: undefined }),
      // As a page cannot send it, but a careless proxy passes on.
      ...(forwarded && !origin.includes("localhost") && { "X-Forwarded-Proto": "http" }),
    };
    const before = await stateOf(person);
    const browser = openBrowser(undefined, cookie);
    const sent: Record<string, () => Promise<Reply>> = {
      form: () =>
        callAction(ground, browser, actionNamed("updateProfileAction"), {
          page: "/settings",
          fields: { first_name: "Stolen", last_name: "Name" },
          headers,
        }),
      action: () =>
        callAction(ground, browser, actionNamed("createKeyAction"), { page: "/keys", fields: { key_name: "stolen" }, headers }),
      "login form": () =>
        callAction(ground, openBrowser(), actionNamed("signInAction"), {
          page: "/sign-in",
          fields: { email: person.email, password: person.password },
          headers,
        }),
      create: () => ask(ground, "/api/auth/keys/create/", { cookie, body: { key_name: "stolen" }, headers }),
      "change-password": () =>
        ask(ground, "/api/auth/change-password", {
          cookie,
          body: { currentPassword: person.password, newPassword: "Vw9-hollow-tram" },
          headers,
        }),
      "sign-out": () => ask(ground, "/api/auth/sign-out", { cookie, body: {}, headers }),
    };
    const reply = await sent[path]?.();
    if (!reply) return;
    if (origin || path === "create")
      holds(
        "a page of another origin changes nothing",
        (await stateOf(person)) === before,
        `${path} from ${origin || site}: ${brief(reply)}`,
      );
    if (path === "login form" && origin)
      holds(
        "nor signs a browser in",
        !(reply.headers["set-cookie"] ?? []).some((line) => /session_token/.test(line)),
        `${origin}: ${reply.status}`,
      );
    holds(
      "a form of another origin is no 5xx",
      reply.status > 0 && reply.status < 500,
      `${path} from ${origin || site}: ${brief(reply)}`,
    );
    const allowed = reply.headers["access-control-allow-origin"];
    holds("no other origin may read answers", allowed === undefined || origin === "https://portal.datazag.com", allowed);
  },
);

export const ORIGINS = [bareCookie];
