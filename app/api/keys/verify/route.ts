import { plainApi } from "@/lib/http/plain-api";
import { readJson } from "@/lib/http/read-json";
import { requireService } from "@/lib/identity/callers";
import { verifySchema } from "@/lib/keys/schemas";
import { verifyKey } from "@/lib/keys/verify";
import { toVerdict } from "./serialize";

export const { GET, POST, PUT, PATCH, DELETE } = plainApi({
  POST: async (request) => {
    await requireService(request);
    const input = await readJson(request, verifySchema);
    return { data: toVerdict(await verifyKey(input)) };
  },
});
