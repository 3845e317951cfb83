import { describe, expect, test } from "vitest";
import { call, newKey, newUser } from "../support/client";

describe("POST /api/auth/keys/create/ answers", () => {
  test("201 with the seed's shape", async () => {
    const user = await newUser();
    const answer = await call("/api/auth/keys/create/", { token: user.access, body: { key_name: "Test API Key" } });
    expect(answer.status).toBe(201);
    expect(answer.body).toStrictEqual({
      success: true,
      message: "API key created successfully",
      data: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        key_name: "Test API Key",
        api_key: expect.stringMatching(/^mf_live_[0-9A-Za-z]{38}$/),
        secret_key: expect.stringMatching(/^mf_live_[0-9A-Za-z]{38}$/),
        permissions: ["read", "write"],
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        expires_at: null,
      },
    });
    expect((await newKey(user)).id).not.toBe(answer.body.data.id);
  });
});
