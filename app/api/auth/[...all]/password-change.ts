import { NextResponse } from "next/server";
import { db } from "@/lib/database/client";
import { actorOf } from "@/lib/doors/guards";
import { validate } from "@/lib/doors/read-json";
import { findSessionByCookie } from "@/lib/doors/who-asks";
import { changePassword } from "@/lib/identity/passwords";
import { changePasswordSchema } from "@/lib/identity/schemas";
import { sessionCookie } from "@/lib/identity/session-cookie";
import { keepOnlyUnder, startSession } from "@/lib/identity/sessions";
import { isSameOrigin } from "@/lib/request/origins";
import { AppError } from "@/lib/values/errors";

export const CHANGE_PASSWORD = "/change-password";

const SESSION_USER = {
  id: true,
  email: true,
  emailVerified: true,
  name: true,
  firstName: true,
  lastName: true,
  image: true,
  role: true,
  banned: true,
  banExpiresAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

/**
 * The library's route, answered as the library does. It would write the password, the sessions and the links one after the
 * other: what ends with a password ends in one transaction here.
 */
export async function answerPasswordChange(request: Request, input: Record<string, unknown>): Promise<Response> {
  const { currentPassword: current, newPassword: text } = validate(changePasswordSchema, input);
  if (!isSameOrigin(request.headers)) throw new AppError("ORIGIN_NOT_ALLOWED");
  const session = await findSessionByCookie(request.headers);
  if (!session || session.isBanned) return refuse(401, "UNAUTHORIZED", "Unauthorized");
  const { id, email, sessionId } = session;
  const actor = actorOf(request, "user", id);
  try {
    await changePassword({ id, email, sessionId, actor }, { current, next: { text, field: "newPassword" }, goesOn: false });
  } catch (error) {
    if (error instanceof AppError && error.code === "WRONG_PASSWORD") return refuse(400, "INVALID_PASSWORD", "Invalid password");
    throw error;
  }
  const opened = await startSession(actor, id, request.headers.get("user-agent"));
  await keepOnlyUnder(opened, { former: null, password: text });
  const user = await db().user.findUniqueOrThrow({ where: { id }, select: SESSION_USER });
  const response = NextResponse.json({ token: opened.token, user });
  const { name, value, options } = await sessionCookie(opened.id);
  response.cookies.set(name, value, options);
  return response;
}

function refuse(status: number, code: string, message: string): Response {
  return NextResponse.json({ message, code }, { status });
}
