import { refuseCall } from "@latchkey/rule/limits";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS } from "../../app/docs/reference/document";
import { ADVICE, GRANTED, QUESTIONS } from "../../app/docs/reference/permissions";
import { call, shared, verify } from "../support/client";
import { conformanceTo, type Exchange, type OpenApi, templateOf } from "../support/conformance";

type Media = { schema: unknown; examples: Record<string, { value: unknown }> };
type Described = {
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content: Record<string, Media> }>;
};

let text: string;
let document: OpenApi & { servers: { url: string }[]; info: { version: string } };

beforeAll(async () => {
  // Not as other answers are read: it documents the words that only refusals may hold.
  text = await (await fetch(`${shared().url}/api/openapi.json`)).text();
  document = JSON.parse(text);
});

/** Every body of the document that has examples: where it stands, its schema and they. */
function bodies(): { place: string; pointer: string[]; media: Media; type: string }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { requestBody, responses } = operation as unknown as Described;
      const at = ["paths", path, method];
      const sent = requestBody ? [{ pointer: [...at, "requestBody"], content: requestBody.content }] : [];
      const answered = Object.entries(responses).map(([status, { content }]) => ({
        pointer: [...at, "responses", status],
        content,
      }));
      return [...sent, ...answered].flatMap(({ pointer, content }) => {
        const [[type, media] = ["", undefined]] = Object.entries(content);
        if (!media) throw new Error(`${pointer.join(" ")} has no body`);
        // A file is shown nowhere.
        return type === "application/gzip" ? [] : [{ place: pointer.slice(1).join(" "), pointer, media, type }];
      });
    }),
  );
}

describe("GET /api/openapi.json", () => {
  test("passes a public linter without an error or a warning", async () => {
    // Off: a licence is not a deployment's to give, and a server on this machine is a server all the same.
    const rules = { "info-license": "off", "no-server-example.com": "off" } as const;
    const lint = async (source: string) =>
      lintFromString({ source, config: await createConfig({ extends: ["recommended"], rules }) });
    expect((await lint(text.replace('"operationId":"login"', '"operationId":"register"'))).length).toBeGreaterThan(0);
    const problems = await lint(text);
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ""}`)).toStrictEqual(
      [],
    );
  });

  test("names this deployment, may be read by pages of any origin and kept for minutes, and lists every route there is", async () => {
    const answer = await fetch(`${shared().url}/api/openapi.json/`, { headers: { Origin: "https://elsewhere.example" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
    expect(await answer.text()).toBe(text);
    expect(document.servers.map(({ url }) => url)).toStrictEqual([shared().url]);
    for (const { path } of OPERATIONS) expect(document.paths).toHaveProperty([path.replace(/\/$/, "")]);
    expect((await call("/api/openapi.json", { method: "DELETE" })).headers.get("cache-control")).toBe("no-store");
  });

  test("shows an example of every body and of every error, each as its schema says", () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addSchema({ $id: "document", ...document });
    const found = bodies();
    expect(found.length).toBeGreaterThan(150);
    for (const { place, pointer, media, type } of found) {
      const examples = Object.entries(media.examples);
      expect(examples.length, place).toBeGreaterThan(0);
      const steps = [...pointer, "content", type, "schema"];
      const validate = ajv.compile({
        $ref: `document#/${steps.map((step) => encodeURIComponent(step.replaceAll("/", "~1"))).join("/")}`,
      });
      for (const [name, { value }] of examples)
        expect(validate(value) ? null : ajv.errorsText(validate.errors), `${place} ${name}`).toBeNull();
    }
  });
});

describe("The check of every answer against the reference", () => {
  const exchange = (change: Partial<Exchange> & { body?: unknown } = {}): Exchange => ({
    method: "POST",
    path: "/api/auth/keys/550e8400-e29b-41d4-a716-446655440000/revoke/",
    status: 200,
    headers: new Headers({ "X-Request-Id": "80e93dde-d2f0-44e6-828f-62a658277869" }),
    text: JSON.stringify(change.body ?? REVOKED),
    ...change,
  });
  const REVOKED = {
    success: true,
    message: "API key revoked successfully",
    data: { id: "550e8400-e29b-41d4-a716-446655440000", status: "revoked", is_active: false },
  };
  const judge = (change?: Parameters<typeof exchange>[0]) => conformanceTo(document).judge(exchange(change));

  test("lets through what is documented", () => {
    expect(judge()).toBeNull();
    expect(templateOf(document, "/api/api-keys/7?x=1")).toBe("/api/api-keys/{id}");
  });

  test.each<[string, Parameters<typeof exchange>[0], string]>([
    ["an undocumented status", { status: 202 }, "the status 202 of post /api/auth/keys/{id}/revoke is not documented"],
    [
      "an undocumented field",
      { body: { ...REVOKED, data: { ...REVOKED.data, owner: "x" } } },
      "must NOT have additional properties",
    ],
    ["a field that is missing", { body: { ...REVOKED, data: { id: REVOKED.data.id } } }, "must have required property 'status'"],
    ["another type", { body: { ...REVOKED, success: "true" } }, "must be equal to constant"],
    [
      "an error code of another operation",
      { status: 404, body: { success: false, message: "", error_code: "USER_NOT_FOUND" } },
      "must be equal to",
    ],
    ["a header that is missing", { headers: new Headers() }, "the documented header X-Request-Id is missing"],
    ["a body that should not have gone well", { sent: "[]" }, "it went well with a body that is not as documented"],
    ["a path that answers and is not documented", { path: "/api/secret" }, "the path is not documented, and is answered 200"],
    ["a method that answers and is not documented", { method: "PUT" }, "PUT is not documented, and is answered 200"],
    [
      "an unknown field of an unknown path",
      { path: "/api/secret", status: 404, body: { stack: "" } },
      "the fields stack are not documented",
    ],
  ])("names %s", (_, change, problem) => {
    expect(judge(change)).toContain(problem);
  });
});

describe("The page about permissions", () => {
  test.each(GRANTED)("says of $permissions what the rule says", ({ permissions, grants }) => {
    expect(QUESTIONS.filter((permission) => refuseCall({ permissions }, { permission }) === null)).toStrictEqual([...grants]);
    expect(refuseCall({ permissions }, { permission: null })).toBeNull();
  });

  test.each(ADVICE)("asks what can be asked: $title", async ({ body }) => {
    expect((await verify(body)).status).toBe(200);
  });
});
