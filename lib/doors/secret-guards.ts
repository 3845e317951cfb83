// Of programs, which are nobody to look up. Loaded at every start, so without what people's guards need.
import "server-only";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Actor } from "@/lib/audit/actors";
import { checkSecret } from "@/lib/request/admin-secret";
import { contextOf } from "@/lib/request/context";
import { env } from "@/lib/settings/env";
import { isSignedBy } from "@/lib/usage/signature";
import { AppError } from "@/lib/values/errors";
import { actorOf, bearerToken } from "./incoming";

/** @throws AppError INVALID_ADMIN_SECRET, NOT_CONFIGURED */
export async function requireAdminSecret(request: Request): Promise<Actor> {
  const { ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS } = env();
  const check = await checkSecret(request.headers.get("x-admin-secret"), ADMIN_API_SECRET, ADMIN_API_SECRET_PREVIOUS);
  if (check === "not_configured") throw new AppError("NOT_CONFIGURED", { details: "ADMIN_API_SECRET is not set." });
  if (check === "wrong") throw new AppError("INVALID_ADMIN_SECRET");
  return actorOf(request, "admin_api", null);
}

/** The Public API, calling the data plane. @throws AppError INVALID_SERVICE_SECRET, NOT_CONFIGURED */
export function requireService(request: Request): void {
  const { SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS } = env();
  if (!SERVICE_API_SECRET) throw new AppError("NOT_CONFIGURED", { details: "SERVICE_API_SECRET is not set." });
  // Synchronous, unlike checkSecret: this is paid for by every call that the Public API serves.
  const token = bearerToken(request) ?? "";
  const secrets = [SERVICE_API_SECRET, SERVICE_API_SECRET_PREVIOUS];
  if (!secrets.some((secret) => secret && isSameSecret(token, secret))) throw new AppError("INVALID_SERVICE_SECRET");
  contextOf(request).actor = "service";
}

/** The Public API, reporting usage. @throws AppError INVALID_SIGNATURE, USAGE_NOT_CONFIGURED */
export function requireUsageSignature(request: Request, body: Uint8Array): void {
  const { USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS } = env();
  if (!USAGE_WEBHOOK_SECRET) throw new AppError("USAGE_NOT_CONFIGURED", { details: "USAGE_WEBHOOK_SECRET is not set." });
  const signature = request.headers.get("x-signature");
  const secrets = [USAGE_WEBHOOK_SECRET, USAGE_WEBHOOK_SECRET_PREVIOUS];
  if (!secrets.some((secret) => secret && isSignedBy(secret, body, signature))) throw new AppError("INVALID_SIGNATURE");
  contextOf(request).actor = "service";
}

function isSameSecret(presented: string, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(presented), digest(secret));
}
