import { toVerdict } from "@/app/_wire/verdicts";
import { plainDialect } from "@/lib/doors/dialects/plain";
import { createEndpoint } from "@/lib/doors/endpoint";
import { requireService } from "@/lib/doors/guards";
import { parseObject, readBody, validate } from "@/lib/doors/read-json";
import { verifyManySchema, verifySchema } from "@/lib/keys/verify-schemas";
import { verifyKey, verifyKeys } from "@/lib/verification/verify";

export const { GET, POST, PUT, PATCH, DELETE, OPTIONS } = createEndpoint(plainDialect, {
  POST: async (request) => {
    await requireService(request);
    const body = parseObject(await readBody(request));
    if (body.keys === undefined) return { data: toVerdict(await verifyKey(validate(verifySchema, body))) };
    const { keys } = validate(verifyManySchema, body);
    return { data: { results: (await verifyKeys(keys)).map(toVerdict) } };
  },
});
