import { toFormState } from "@/lib/doors/form-state";
import { jsonResponse } from "@/lib/doors/json-response";
import { requireAdmin, requireUserOfForm } from "@/lib/doors/page-guards";
import { readBody, validate } from "@/lib/doors/read-json";
import { keepUpload, maxUploadBytes, tooLargeSentence, uploadSchema } from "@/lib/imports/uploads";
import { AppError, toAppError } from "@/lib/values/errors";

/** What stands around the file in a form. */
const AROUND_BYTES = 64 * 1024;

/** Takes a file of a form, larger than an action may. A script is told its `id` or what a form shows; without one, the page comes. */
export async function POST(request: Request): Promise<Response> {
  const isScript = request.headers.get("accept") === "application/json";
  let form = new FormData();
  try {
    const admin = await requireAdmin();
    form = await readForm(request);
    await requireUserOfForm(form);
    const { source, allow_weak, file } = validate(uploadSchema, Object.fromEntries(form));
    const bytes = new Uint8Array(await file.arrayBuffer());
    const id = await keepUpload(admin, { name: file.name, bytes, source, allowWeak: allow_weak === "on" });
    if (isScript) return jsonResponse({ id }, 200);
    return new Response(null, { status: 303, headers: { Location: `/admin/import/${id}`, "Cache-Control": "no-store" } });
  } catch (error) {
    const state = await toFormState(error, form);
    if (isScript) return jsonResponse(state, 200);
    const sentences = [state.message, ...Object.values(state.fields).flat()].filter(Boolean).join(" ");
    return new Response(`${sentences}\n`, { status: toAppError(error).status, headers: { "Cache-Control": "no-store" } });
  }
}

async function readForm(request: Request): Promise<FormData> {
  const limit = maxUploadBytes() + AROUND_BYTES;
  const body = await readBody(request, limit).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "BODY_TOO_LARGE") throw refused(tooLargeSentence());
    throw error;
  });
  const headers = { "Content-Type": request.headers.get("content-type") ?? "" };
  return new Response(new Uint8Array(body), { headers }).formData().catch(() => {
    throw refused("What was sent cannot be read as a form.");
  });
}

function refused(sentence: string): AppError {
  return new AppError("INVALID_INPUT", { fields: { file: [sentence] } });
}
