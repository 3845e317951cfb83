import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { makeChecked, makeCredentials, maskCredentials } from "../../packages/rule/credentials";
import { findCredential } from "./credentials";
import { formsOf } from "./field-changes";

const credentials = [
  ...(["mf_live", "datazag"] as const).map((format) => makeCredentials(format, randomBytes).key),
  makeChecked("lks_", randomBytes),
];

test("a credential is found in every form in which requests carry one, and no more once it is masked", () => {
  for (const form of credentials.flatMap(formsOf)) {
    expect(findCredential(`{"name":"before ${form} behind"}`), form).not.toBeNull();
    expect(findCredential(`{"name":"before ${maskCredentials(form)} behind"}`), form).toBeNull();
  }
  expect(findCredential('{"api_key":"mf_live_abc123...","id":"0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1"}')).toBeNull();
});

test.each([
  "oOJlks_19gcsQAYnneQs0AbAeuo5xj8z_Y4miECm9_s",
  "jzZMLaXaElks_WNVFr0q77aojUn1LC8zwsePuaWbVwI",
  "VxrcxrczLbGtzXizmlEJ4pBWWotdGFF0vWrdgnBLiH_",
])("a key or a signature is none, though it has what a service's credential begins with: %s", (key) => {
  expect(maskCredentials(key)).not.toBe(key);
  expect(findCredential(`{"keys":{"key":"${key}","former":null}}`)).toBeNull();
});

test("a credential in base64 is found also where that is broken into lines", () => {
  for (const credential of credentials) {
    const lines = Buffer.from(`by ${credential}`).toString("base64").replace(/.{20}/g, "$&\r\n");
    expect(findCredential(lines), lines).not.toBeNull();
    expect(findCredential(JSON.stringify({ name: lines })), lines).not.toBeNull();
  }
});

test("a token is found", () => {
  const token = ["header", "payload"].map((part) => Buffer.from(JSON.stringify({ part })).toString("base64url"));
  expect(findCredential(`Bearer ${[...token, randomBytes(32).toString("base64url")].join(".")}`)).not.toBeNull();
});
