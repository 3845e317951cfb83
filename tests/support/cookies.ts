import { type Answer, call, shared, type TestUser } from "./client";

/** Signs in as the portal's pages do. The cookie, as a browser would send it back. */
export async function signInByCookie({ email, password }: Pick<TestUser, "email" | "password">): Promise<string> {
  const answer = await call("/api/auth/sign-in/email", { body: { email, password }, headers: { Origin: shared().url } });
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
  return cookieOf(answer);
}

export function cookieOf(answer: Answer): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ");
}
