import { toUser } from "@/app/_wire/people";
import { profileSettingsDialect } from "@/lib/doors/dialects/identity";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireApiUser } from "@/lib/doors/guards";
import { readJson } from "@/lib/doors/read-json";
import { requireApiWriter } from "@/lib/doors/writers";
import { getProfile, updateProfile } from "@/lib/identity/accounts";
import { changeProfileSchema } from "@/lib/identity/schemas";

/** The first front end sends what a person changed, and calls it PUT. */
async function change(request: Request) {
  const user = await requireApiWriter(request);
  const input = await readJson(request, changeProfileSchema);
  return { message: "Profile settings updated successfully", data: toUser(await updateProfile(user, input)) };
}

export const { GET, POST, PUT, PATCH, DELETE } = createEndpoint(profileSettingsDialect, {
  GET: async (request) => {
    const user = await requireApiUser(request);
    return { message: "Profile settings retrieved successfully", data: toUser(await getProfile(user.id)) };
  },
  PUT: change,
  PATCH: change,
});
