import fc from "fast-check";
import { ask, brief, type Reply } from "./ask";
import { attack } from "./attack";
import { newPerson } from "./ground";

/** Where a page may be told to go on to. */
const ELSEWHERE = [
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "https:evil.example",
  "javascript:alert(1)",
  "/%09/evil.example",
  "/%5Cevil.example",
  "%2F%2Fevil.example",
  "/.//evil.example",
  "/keys/..//evil.example",
  "\\\\evil.example",
  "/%0d%0aLocation:%20https://evil.example",
  "http:///evil.example",
  "/@evil.example",
  "/;@evil.example",
  "\u2028//evil.example",
  " //evil.example",
  "/\t/evil.example",
];

const isElsewhere = (location: string, url: string) => {
  try {
    return new URL(location, url).host !== new URL(url).host;
  } catch {
    return true;
  }
};

const redirects = attack(
  "redirects to elsewhere",
  fc.record({
    next: fc.constantFrom(...ELSEWHERE),
    page: fc.constantFrom("/sign-in", "/sign-up", "/admin/confirm", "/forgot-password", "path"),
    isIn: fc.boolean(),
    encoded: fc.boolean(),
  }),
  async ({ ground, holds }, { next, page, isIn, encoded }) => {
    const staff = await newPerson({ isStaff: true });
    const asked = isIn ? { cookie: staff.cookie } : {};
    const text = encoded ? encodeURIComponent(next) : next.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent);
    const path = page === "path" ? (text.startsWith("/") ? text : `/${text}`) : `${page}?next=${text}`;
    const reply: Reply = await ask(ground, path, asked);
    const location = reply.headers.location ?? "";
    holds("no address leads elsewhere", !location || !isElsewhere(location, ground.url), `${path}: ${location}`);
    const links = [...reply.text.matchAll(/(?:href|action|content|value)="([^"]*evil\.example[^"]*)"/g)].map(([, link = ""]) =>
      link.replaceAll("&amp;", "&"),
    );
    for (const link of links)
      holds(
        "no link or field of a page leads elsewhere",
        !/^[\s\\/]*[\\/]{2}|^[a-z]+:/i.test(link) || !isElsewhere(link, ground.url),
        `${path}: ${link}`,
      );
    holds(
      "no address breaks a header",
      reply.headers["x-injected"] === undefined && reply.status > 0 && reply.status < 500,
      brief(reply),
    );
  },
);

export const REDIRECTS = [redirects];
