import type { z } from "zod";
import { toUser } from "@/app/_wire/people";
import { identityDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { requireApiWriter } from "@/lib/doors/writers";
import { getProfile, updateProfile } from "@/lib/identity/accounts";
import { changeProfileSchema, type ProfileInput, replaceProfileSchema } from "@/lib/identity/schemas";

const change = (schema: z.ZodType<ProfileInput>) => async (request: Request) => {
  const user = await requireApiWriter(request);
  const input = await readJson(request, schema);
  return { data: toUser(await updateProfile(user, input)) };
};

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(identityDialect, {
  GET: async (request) => ({ data: toUser(await getProfile((await requireApiUser(request)).id)) }),
  PUT: change(replaceProfileSchema),
  PATCH: change(changeProfileSchema),
});
