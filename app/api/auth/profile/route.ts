import type { z } from "zod";
import { readJson } from "@/lib/http/read-json";
import { identityApi } from "@/lib/http/user-api";
import { getProfile, updateProfile } from "@/lib/identity/accounts";
import { requireApiUser } from "@/lib/identity/callers";
import { changeProfileSchema, type ProfileInput, replaceProfileSchema } from "@/lib/identity/schemas";
import { toUser } from "../serialize";

const change = (schema: z.ZodType<ProfileInput>) => async (request: Request) => {
  const user = await requireApiUser(request);
  const input = await readJson(request, schema);
  return { data: toUser(await updateProfile(user.actor, user.id, input)) };
};

export const { GET, POST, PUT, PATCH, DELETE } = identityApi({
  GET: async (request) => ({ data: toUser(await getProfile((await requireApiUser(request)).id)) }),
  PUT: change(replaceProfileSchema),
  PATCH: change(changeProfileSchema),
});
