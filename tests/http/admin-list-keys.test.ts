import { describe, expect, test } from "vitest";
import { adminCall, call, INSTANT, newKey, query } from "../support/client";
import { refusesStrangers } from "../support/denials";
import { UNKNOWN_IDS } from "../support/hostile";
import { newUser, type TestUser } from "../support/people";

const list = (search = "") => adminCall(`/api/api-keys${search}`);
type Listed = { id: number; name: string; key: string };

async function idsOf(user: TestUser): Promise<number[]> {
  const rows = await query<{ id: number }>("SELECT id FROM api_keys WHERE user_id = $1 ORDER BY created_at DESC, id DESC", [
    user.id,
  ]);
  return rows.map(({ id }) => id);
}

/** Follows the cursor to the last page. */
async function pagesOf(search: string): Promise<Listed[][]> {
  const pages: Listed[][] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const answer = await list(`?${search}&cursor=${cursor}`);
    expect(answer.status).toBe(200);
    pages.push(answer.body.keys);
    cursor = answer.body.next_cursor;
  }
  return pages;
}

describe("GET /api/api-keys answers", () => {
  test("200 with the seed's shape, masked", async () => {
    const user = await newUser();
    const { key } = (await adminCall("/api/api-keys", { body: { userId: user.id, name: "Listed" } })).body;
    const answer = await list(`?userId=${user.id}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({
      success: true,
      keys: [
        {
          id: key.id,
          key: `${key.key.slice(0, "datazag_".length + 6)}...`,
          name: "Listed",
          active: true,
          created_at: key.created_at,
          user_email: user.email,
          user_credits: 1000,
        },
      ],
      next_cursor: null,
    });
    expect(answer.body.keys[0].created_at).toMatch(INSTANT);
  });

  test("every key of every user, whichever API made it, newest first", async () => {
    const [one, two] = [await newUser(), await newUser()];
    await newKey(one);
    await adminCall("/api/api-keys", { body: { userId: one.id } });
    await newKey(two);
    const wanted = [...(await idsOf(two)), ...(await idsOf(one))];
    const all = (await pagesOf("limit=1000")).flat().map(({ id }) => id);
    expect(all.filter((id) => wanted.includes(id))).toStrictEqual(wanted);
    expect((await pagesOf("userId=&limit=1000")).flat().map(({ id }) => id)).toStrictEqual(expect.arrayContaining(wanted));
  });

  test("revoked and expired keys as not active, and deleted ones not at all", async () => {
    const user = await newUser();
    const revoked = await newKey(user, { key_name: "Revoked" });
    await newKey(user, { key_name: "Expired", expires_at: "2025-01-01" });
    await newKey(user, { key_name: "Active", expires_at: "2125-01-01" });
    await newKey(user, { key_name: "Deleted" });
    await call(`/api/auth/keys/${revoked.id}/revoke/`, { method: "POST", token: user.access });
    const [deleted] = await idsOf(user);
    await adminCall(`/api/api-keys/${deleted}`, { method: "DELETE" });
    const { keys } = (await list(`?userId=${user.id}`)).body;
    expect(keys.map(({ name, active }: { name: string; active: boolean }) => [name, active])).toStrictEqual([
      ["Active", true],
      ["Expired", false],
      ["Revoked", false],
    ]);
  });

  test.each(UNKNOWN_IDS)("an empty list for %s as userId", async (_, userId) => {
    const answer = await list(`?userId=${userId}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toStrictEqual({ success: true, keys: [], next_cursor: null });
  });

  test("the keys of whoever has an email address, where userId names nobody", async () => {
    const [one, two] = [await newUser(), await newUser()];
    await newKey(one);
    await newKey(two);
    const idsAt = async (search: string) => (await list(search)).body.keys.map(({ id }: Listed) => id);
    for (const search of [`email=${one.email}`, `email=${one.email.toUpperCase()}`, `userId=&email=%20${one.email}%20`])
      expect(await idsAt(`?${search}`)).toStrictEqual(await idsOf(one));
    expect(await idsAt(`?userId=${two.id}&email=${one.email}`)).toStrictEqual(await idsOf(two));
    for (const address of ["nobody@example.com", "%00", "a", `${one.id}`])
      expect(await idsAt(`?email=${address}`)).toStrictEqual([]);
    expect(await idsAt("?email=&limit=1000")).toStrictEqual(expect.arrayContaining(await idsOf(one)));
  });

  test.each([[1], [2], [3], [6], [7]])("each key once in pages of %i, through keys of equal age", async (limit) => {
    const user = await newUser();
    for (let index = 0; index < 6; index += 1) await newKey(user);
    const ids = await idsOf(user);
    await query("UPDATE api_keys SET created_at = '2026-01-01T00:00:00.001Z' WHERE id = ANY ($1)", [ids.slice(0, 4)]);
    const wanted = await idsOf(user);
    const pages = await pagesOf(`userId=${user.id}&limit=${limit}`);
    expect(pages.flat().map(({ id }) => id)).toStrictEqual(wanted);
    expect(pages.map((page) => page.length)).toStrictEqual(
      Array.from({ length: Math.ceil(6 / limit) }, (_, page) => Math.min(limit, 6 - page * limit)),
    );
  });

  test("the rest of the pages as if nothing was, when the cursor's key is deleted and new ones are made", async () => {
    const user = await newUser();
    for (let index = 0; index < 4; index += 1) await newKey(user);
    const [first, second, third, fourth] = await idsOf(user);
    const page = (await list(`?userId=${user.id}&limit=2`)).body;
    expect(page.keys.map(({ id }: Listed) => id)).toStrictEqual([first, second]);
    await adminCall(`/api/api-keys/${second}`, { method: "DELETE" });
    await newKey(user);
    const rest = (await list(`?userId=${user.id}&limit=2&cursor=${page.next_cursor}`)).body;
    expect(rest.keys.map(({ id }: Listed) => id)).toStrictEqual([third, fourth]);
    expect(rest.next_cursor).toBeNull();
  });
});

describe("GET /api/api-keys refuses bad input", () => {
  test.each(["0", "1001", "-1", "1.5", "1e2", "abc", "%00", "0x10", "99999999999"])("400 for limit=%s", async (limit) => {
    const answer = await list(`?limit=${limit}`);
    expect(answer.status).toBe(400);
    expect(answer.body).toStrictEqual({ success: false, error: "limit must be from 1 to 1000" });
  });

  test.each(["abc", "1", "1-", "-1", "1-0x1", "1-99999999999", "99999999999999999-1", "%00", "1-1%00", "'", "1".repeat(5000)])(
    "400 for cursor=%s",
    async (cursor) => {
      const answer = await list(`?cursor=${cursor}`);
      expect(answer.status).toBe(400);
      expect(answer.body).toStrictEqual({ success: false, error: "cursor is not valid" });
    },
  );

  test.each(["user_id", "userid"])("400 for a filter %s, which would list everyone’s", async (name) => {
    const answer = await list(`?${name}=x&unknown=1`);
    const error = `Unknown field "${name}". Did you mean "userId"?`;
    expect([answer.status, answer.body]).toStrictEqual([400, { success: false, error }]);
    expect((await list("?limit=1&unknown=1")).status).toBe(200);
  });

  test("405 for a PUT, naming what is allowed", async () => {
    const answer = await adminCall("/api/api-keys", { method: "PUT", body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("GET, POST, OPTIONS");
    expect(answer.body).toStrictEqual({ success: false, error: "Method PUT is not allowed." });
  });
});

describe("GET /api/api-keys refuses other people:", () => {
  refusesStrangers((headers) => adminCall("/api/api-keys", { headers }));
});
