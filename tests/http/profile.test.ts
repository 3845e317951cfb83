import { describe, expect, test } from "vitest";
import { type CallOptions, call, INSTANT, query } from "../support/client";
import { refusesOtherPeople } from "../support/denials";
import { IDENTITY_REFUSALS, refusesBadBodies } from "../support/hostile";
import { NEW_PROFILE, newUser, type TestUser } from "../support/people";

const PATH = "/api/auth/profile/";
const change = (method: string, user: TestUser, body: unknown) => call(PATH, { method, token: user.access, body });

describe("/api/auth/profile/ answers", () => {
  test("GET: 200 with the flat user object", async () => {
    const user = await newUser();
    const answer = await call(PATH, { token: user.access });
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      id: user.id,
      email: user.email,
      ...NEW_PROFILE,
      phone_number: null,
      timezone: "UTC",
      created_at: expect.stringMatching(INSTANT),
      updated_at: expect.stringMatching(INSTANT),
      last_login_at: expect.stringMatching(INSTANT),
    });
  });

  test("GET: an administrator as staff", async () => {
    const user = await newUser();
    await query("UPDATE users SET role = 'admin' WHERE id = $1", [user.id]);
    expect((await call(PATH, { token: user.access })).body).toMatchObject({ is_staff: true, is_superuser: true });
  });

  test("PUT: 200 with the new values, kept", async () => {
    const user = await newUser();
    const fields = { first_name: "Zuri", last_name: "Kileo", phone_number: "+255711111111", timezone: "Europe/Paris" };
    const answer = await change("PUT", user, fields);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ ...fields, full_name: "Zuri Kileo", short_name: "Zuri" });
    expect((await call(PATH, { token: user.access })).body).toStrictEqual(answer.body);
  });

  test("PATCH: 200, and what is left out stays", async () => {
    const user = await newUser();
    await change("PATCH", user, { phone_number: "+255711111111" });
    const answer = await change("PATCH", user, { first_name: "Zuri" });
    expect(answer.body).toMatchObject({ first_name: "Zuri", last_name: "Mrema", phone_number: "+255711111111" });
    expect((await change("PATCH", user, {})).body).toMatchObject({ first_name: "Zuri", phone_number: "+255711111111" });
  });

  test("PATCH: a person with one name, who is called by it", async () => {
    const { status, body } = await change("PATCH", await newUser(), { first_name: "Zuri", last_name: "" });
    expect([status, body]).toStrictEqual([200, expect.objectContaining({ last_name: "", full_name: "Zuri" })]);
  });

  test.each([[null], [""]])("PATCH: %j takes the phone number away", async (number) => {
    const user = await newUser();
    await change("PATCH", user, { phone_number: "+255711111111" });
    expect((await change("PATCH", user, { phone_number: number })).body.phone_number).toBeNull();
  });

  test("PATCH: nothing that is not one's own to change", async () => {
    const user = await newUser();
    const before = (await call(PATH, { token: user.access })).body;
    const wishes = { email: "x@example.com", role: "admin", is_staff: true, credits: 1e6, is_verified: true, id: "x" };
    expect((await change("PATCH", user, wishes)).body).toStrictEqual({ ...before, updated_at: expect.stringMatching(INSTANT) });
  });

  test("PATCH: all of many changes of different fields at once", async () => {
    const user = await newUser();
    const changes = [{ first_name: "A" }, { last_name: "B" }, { phone_number: "+255711111111" }, { timezone: "Asia/Tokyo" }];
    await Promise.all(changes.map((fields) => change("PATCH", user, fields)));
    const { body } = await call(PATH, { token: user.access });
    expect(body).toMatchObject({ full_name: "A B", phone_number: "+255711111111", timezone: "Asia/Tokyo" });
  });
});

describe("/api/auth/profile/ refuses bad input", () => {
  let someone: Promise<TestUser> | undefined;
  refusesBadBodies(async (options: CallOptions) => {
    someone ??= newUser();
    return call(PATH, { ...options, method: "PATCH", token: (await someone).access });
  }, IDENTITY_REFUSALS);

  test("PUT: 400 for missing names", async () => {
    const answer = await change("PUT", await newUser(), { phone_number: null });
    expect(answer.status).toBe(400);
    const required = ["This field is required."];
    expect(answer.body).toStrictEqual({ first_name: required, last_name: required });
  });

  test.each<[string, unknown, string]>([
    ["first_name", "", "This field may not be blank."],
    ["first_name", null, "This field is required."],
    ["last_name", "n".repeat(101), "Ensure this field has no more than 100 characters."],
    ["last_name", "a\u0000", "This field must not contain control characters."],
    ["phone_number", "abc", "Enter a valid phone number."],
    ["phone_number", 5, "Enter a valid phone number."],
    ["timezone", "Mars/Olympus", "Enter a valid timezone."],
    ["timezone", "", "Enter a valid timezone."],
    ["timezone", null, "Enter a valid timezone."],
  ])("PATCH: 400 for %s %j, and nothing changes", async (field, value, sentence) => {
    const user = await newUser();
    const before = (await call(PATH, { token: user.access })).body;
    const answer = await change("PATCH", user, { [field]: value });
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ [field]: [sentence] });
    expect((await call(PATH, { token: user.access })).body).toStrictEqual(before);
  });

  test("405 for a DELETE, naming what is allowed", async () => {
    const answer = await call(PATH, { method: "DELETE", token: (await newUser()).access });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, PUT, PATCH, OPTIONS");
  });
});

describe("/api/auth/settings/profile/ answers", () => {
  const SETTINGS = "/api/auth/settings/profile/";
  const enveloped = (done: string, data: unknown) => ({ success: true, message: `Profile settings ${done} successfully`, data });

  test("GET: 200 with the whole user object as data", async () => {
    const { access: token } = await newUser();
    const answer = await call(SETTINGS, { token });
    expect([answer.status, answer.body]).toStrictEqual([200, enveloped("retrieved", (await call(PATH, { token })).body)]);
  });

  test.each(["PUT", "PATCH"])("%s: 200, kept, and what is left out stays", async (method) => {
    const { access: token } = await newUser();
    const changed = { last_name: "Kileo", phone_number: "+255711111111" };
    const answer = await call(SETTINGS, { method, token, body: changed });
    const kept = (await call(PATH, { token })).body;
    expect(kept).toMatchObject({ ...changed, first_name: "Asha" });
    expect([answer.status, answer.body]).toStrictEqual([200, enveloped("updated", kept)]);
    expect((await call(SETTINGS, { method, token, body: {} })).body.data).toMatchObject(changed);
  });

  test.each(["PUT", "PATCH"])("%s: 400 with a field map, and nothing changes", async (method) => {
    const { access: token } = await newUser();
    const before = (await call(PATH, { token })).body;
    const answer = await call(SETTINGS, { method, token, body: { last_name: "Kileo", phone_number: "abc" } });
    expect([answer.status, answer.body]).toStrictEqual([400, { phone_number: ["Enter a valid phone number."] }]);
    expect((await call(PATH, { token })).body).toStrictEqual(before);
  });
});

describe("PUT /api/auth/settings/profile/ refuses other people:", () => {
  refusesOtherPeople((headers) => call("/api/auth/settings/profile/", { method: "PUT", body: {}, headers }));
});

describe("GET /api/auth/profile/ refuses other people:", () => {
  refusesOtherPeople((headers) => call(PATH, { headers }));
});

describe("PATCH /api/auth/profile/ refuses other people:", () => {
  refusesOtherPeople((headers) => call(PATH, { method: "PATCH", body: {}, headers }));
});
