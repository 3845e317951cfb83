import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { blameForm, explainRefusals } from "./forms";

test("a form that Node cannot read for Next is its sender's failure, and what else fails within Node is not", async () => {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: "POST", url: "/sign-in" });
  explainRefusals(request, new ServerResponse(request));
  const headers = { "Content-Type": "multipart/form-data; boundary=XX" };
  const unread = await new Response("garbage", { headers }).formData().catch((error) => error);
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  // Node 24 names no place of Next's.
  for (const error of [unread, refused])
    error.stack = `${error.name}\n    at process.processTicksAndRejections (node:internal:104:5)`;
  expect([unread, refused].map(blameForm)).toStrictEqual([true, false]);
});
