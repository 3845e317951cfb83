import { describe, expect, test } from "vitest";
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
  const person = { name: "Asha Mrema", email, password: "a long password" };
  const address = `${shared().url}/sign-up`;
  const refusal = await postForm(address, ofAnotherBuild(await readForm(address)), person);
  expect({ status: refusal.status, text: await refusal.text() }).toStrictEqual({
    status: 409,
    text: "This page is from another version of the portal, which was updated meanwhile. Nothing was done. Go back, load the page again and send it once more.\n",
  });
  expect(await query("SELECT 1 FROM users WHERE email = $1", [email])).toStrictEqual([]);
  expect((await postForm(address, await readForm(address), person)).status).toBe(303);
});

type Sending = { type?: string; body: string; more?: Record<string, string> };
const MULTIPART = "multipart/form-data; boundary=XX";
const part = (name: string, value: string) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const parts = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([name, value]) => part(name, value))
    .join("")}--XX--\r\n`;

/** The action of a form, as scripts name it and as a form without scripts does. */
async function actionOf(address: string) {
  const form = await readForm(address);
  const reference = [...form.keys()].find((name) => name.startsWith("$ACTION_REF_")) ?? "";
  const bound = reference.replace("REF_", "");
  return { id: /[0-9a-f]{42}/.exec(String(form.get(`${bound}:0`)))?.[0] ?? "", reference, bound };
}

describe("A form that cannot be read is its sender's fault, with nothing done:", () => {
  const address = () => `${shared().url}/sign-in`;

  async function expectRefused({ type = MULTIPART, body, more }: Sending, status = 400) {
    const headers = { Origin: shared().url, Accept: "text/html", ...(type && { "Content-Type": type }), ...more };
    const answer = await fetch(address(), { method: "POST", headers, body, redirect: "manual" });
    expect({ status: answer.status, text: await answer.text(), id: answer.headers.get("x-request-id") }).toStrictEqual({
      status,
      text: expect.stringContaining("so nothing was done."),
      id: expect.any(String),
    });
  }

  test.each<[string, Sending]>([
    ["no boundary", { type: "multipart/form-data", body: parts({ email: "a" }) }],
    ["another boundary", { type: "multipart/form-data; boundary=YY", body: parts({ email: "a" }) }],
    ["half a boundary", { type: 'multipart/form-data; boundary="', body: parts({ email: "a" }) }],
    ["a part without an end", { body: part("email", "a") }],
    ["a part without a name", { body: "--XX\r\nContent-Disposition: form-data\r\n\r\na\r\n--XX--\r\n" }],
    ["nothing", { body: "" }],
    ["something else", { body: "something else" }],
  ])("%s", async (_, sending) => {
    await expectRefused(sending);
  });

  test.each([
    "garbage",
    "",
    "{}",
    "null",
    "[]",
    "[null,null]",
    '[1,"x"]',
    '["$K1","$Q2"]',
    '["$1:__proto__:constructor"]',
    "[".repeat(50_000),
  ])("what a script says is %j", async (body) => {
    const { id } = await actionOf(address());
    await expectRefused({ type: "text/plain;charset=UTF-8", body, more: { "Next-Action": id } });
  });

  test.each(["{garbage", '["$K1","$Q9"]', '["$1:a:b:c"]', '"$0"', '["$n1"]'])("a script's form is %j", async (text) => {
    const { id } = await actionOf(address());
    await expectRefused({ body: parts({ 0: text, 1: '"x"' }), more: { "Next-Action": id } });
  });

  test.each(["{garbage", "null", "[".repeat(50_000)])("what the page had bound to it is %s", async (text) => {
    const { id, reference, bound } = await actionOf(address());
    const fields = {
      [reference]: "",
      [`${bound}:0`]: JSON.stringify({ id, bound: "$@1" }),
      [`${bound}:1`]: text,
      $ACTION_KEY: "x",
    };
    await expectRefused({ body: parts(fields) });
  });

  test("it is larger than any", async () => {
    await expectRefused({ body: parts({ email: "x".repeat(1_100_000) }) }, 413);
  });

  test("the page it comes from is none", async () => {
    const { id } = await actionOf(address());
    await expectRefused({
      type: "text/plain;charset=UTF-8",
      body: "[{},null]",
      more: { "Next-Action": id, "Next-Router-State-Tree": "garbage" },
    });
  });
});

test("a page's part is asked for with garbage in vain, and never with a failure", async () => {
  const trees = ["garbage", "%zz", "%5B%5D", "null", "5", encodeURIComponent('["",{"children":5}]'), "[".repeat(5000)];
  for (const tree of trees) {
    const headers = { RSC: "1", "Next-Router-State-Tree": tree };
    expect([tree, (await fetch(`${shared().url}/sign-in`, { headers })).status]).toStrictEqual([tree, 400]);
  }
  for (const path of ["/_global-error", "/_global-error/", "/_error", "/_not-found", "/_x?y"])
    expect([path, (await fetch(shared().url + path)).status]).toStrictEqual([path, 404]);
});
