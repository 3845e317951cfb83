import { expect, test } from "vitest";
import { isOpenToAnybody } from "./wide-origins";

test.each([
  "https://*",
  "http://*",
  "https://*:8443",
  "https://*.com",
  "https://*.co.uk",
  "https://*.com:8443",
  "https://example.*",
  "https://a-*",
  "https://app-*.com",
  "https://*-app.co.uk",
  "https://*.vercel.app",
  "https://*.github.io",
  "https://*.herokuapp.com",
  "https://*.s3.amazonaws.com",
  "https://*.nosuchsuffix",
  "https://10.0.0.*",
])("anybody can have a host like %s", (entry) => {
  expect(isOpenToAnybody(entry)).toBe(true);
});

test.each([
  "https://app.example.com",
  "https://*.example.com",
  "https://*.example.co.uk",
  "https://preview-*.example.com",
  "https://*.team.vercel.app",
  "https://datazag-vercel-git-*-datazag.vercel.app",
  "https://*.dev.example.com:8443",
  "http://localhost:3000",
  "http://10.0.0.5:3000",
])("not everybody can have a host like %s", (entry) => {
  expect(isOpenToAnybody(entry)).toBe(false);
});
