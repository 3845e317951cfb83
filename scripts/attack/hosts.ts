import fc from "fast-check";
import { ask, brief, textAt } from "./ask";
import { attack } from "./attack";
import { formsOf } from "./browser";
import { newPerson } from "./ground";

/** Headers that name another portal than this. */
const HOSTS: Record<string, string>[] = [
  { Host: "evil.example" },
  { "X-Forwarded-Host": "evil.example" },
  { "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https" },
  { Forwarded: "host=evil.example;proto=https" },
  { Host: "evil.example", Origin: "http://evil.example" },
  { "X-Forwarded-Host": "evil.example, localhost" },
  { "X-Forwarded-Server": "evil.example", "X-Host": "evil.example" },
  { "X-Forwarded-Proto": "javascript" },
  { "X-Forwarded-Port": "1" },
];

const hosts = attack(
  "links to another host",
  fc.record({ headers: fc.nat(HOSTS.length - 1), door: fc.constantFrom("forgot-password", "register", "pages", "profile") }),
  async ({ ground, holds }, { headers: number, door }) => {
    const headers = HOSTS[number] ?? {};
    const person = await newPerson();
    const email = door === "register" ? `h${person.email}` : person.email;
    if (door === "forgot-password" || door === "register") {
      const password = "Vw9-hollow-tram";
      const body =
        door === "register" ? { email, password, password_confirm: password, first_name: "A", last_name: "B" } : { email };
      const reply = await ask(ground, door === "register" ? "/api/auth/register/" : "/api/auth/forgot-password/", {
        body,
        headers,
      });
      holds("no header makes a 5xx", reply.status > 0 && reply.status < 500, brief(reply));
      if (reply.status >= 300) return;
      const mail = await ground.mails.newestTo(email);
      const links = mail.text.match(/https?:\S+/g) ?? [];
      holds(
        "mailed links lead to the portal alone",
        links.length > 0 && links.every((link) => link.startsWith(`${ground.url}/`)),
        mail.text,
      );
      return;
    }
    const paths =
      door === "profile"
        ? ["/api/auth/profile/"]
        : ["/", "/keys", "/docs", "/sign-in", "/api/openapi.json", "/.well-known/security.txt", "/.well-known/change-password"];
    for (const path of paths) {
      const reply = await ask(ground, path, { headers, cookie: person.cookie });
      holds(
        "no forwarded header makes a 5xx",
        reply.status > 0 && reply.status < 500,
        `${path} ${JSON.stringify(headers)} ${reply.status}`,
      );
      const location = reply.headers.location ?? "";
      holds("no forwarded header makes a redirect to elsewhere", !location.includes("evil.example"), `${path}: ${location}`);
      const isKept = !/no-store|private/.test(String(reply.headers["cache-control"] ?? ""));
      holds("a page that names another host is kept by nobody", !(isKept && reply.text.includes("evil.example")), path);
      const forms = formsOf(reply.text).filter(({ html }) => /action="[^"]*evil\.example/.test(html));
      holds("no form of a page goes elsewhere", forms.length === 0, path);
    }
  },
);

const SUFFIXES = ["", "/x.css", ".css", "%2fx.js", ";x.png", "/..;/x.css", "?x.css", "/index.html", "%00.css"];

const caches = attack(
  "pages of one in the cache of all",
  fc.record({
    path: fc.constantFrom(
      "/keys",
      "/settings",
      "/usage",
      "/api/auth/settings",
      "/api/auth/profile",
      "/admin",
      "/usage/export",
      "/admin/keys/export",
    ),
    suffix: fc.constantFrom(...SUFFIXES),
    conditional: fc.boolean(),
    rsc: fc.boolean(),
  }),
  async ({ ground, holds }, { path, suffix, conditional, rsc }) => {
    const person = await newPerson({ isStaff: true });
    const headers = { ...(conditional && { "If-None-Match": "*", Range: "bytes=0-1" }), ...(rsc && { rsc: "1" }) };
    const reply = await ask(ground, path + suffix, { cookie: person.cookie, headers });
    const isTheirs = reply.text.includes(person.email) || reply.text.includes("acc_") || textAt(reply, "id") === person.id;
    const kept = String(reply.headers["cache-control"] ?? "");
    holds("what shows a person is kept by no cache", !isTheirs || /no-store|private/.test(kept), `${path}${suffix}: ${kept}`);
    holds("no address of a page is a 5xx", reply.status > 0 && reply.status < 500, brief(reply));
    const stranger = await ask(ground, path + suffix, { headers });
    holds(
      "and a stranger sees nothing of it",
      !stranger.text.includes(person.email) && !stranger.text.includes(person.id),
      path + suffix,
    );
  },
);

export const HOSTS_AND_CACHES = [hosts, caches];
