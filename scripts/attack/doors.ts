import { query } from "../../tests/support/client";
import { type Asked, ask, type Reply } from "./ask";
import { type ActionReply, actionNamed, callAction, openBrowser } from "./browser";
import type { Ground } from "./ground";

/** What became of a password that somebody tried. */
export type Guess = { outcome: "right" | "wrong" | "throttled" | "failed"; retryAfter: number; reply: Reply };

/** What a door needs beside the password: whose, and for doors within, a session that was stolen. */
export type Target = { email: string; cookie: string; access: string };

export type Door = {
  name: string;
  /** Within: only who holds a session of theirs comes to it. */
  needs?: "cookie" | "token";
  /** For staff alone. */
  isStaff?: boolean;
  guess(ground: Ground, target: Target, password: string, asked: Asked): Promise<Guess>;
};

const NEXT_PASSWORD = "Vw9-hollow-tram-next";

function judge(reply: Reply, isRight: boolean): Guess {
  const retryAfter = Number(reply.headers["retry-after"] ?? 0);
  const outcome = isRight
    ? "right"
    : reply.status === 429 || /Too many/i.test(reply.text)
      ? "throttled"
      : reply.status >= 500 || reply.status === 0
        ? "failed"
        : "wrong";
  return { outcome, retryAfter, reply };
}

const returned = (reply: ActionReply) => (reply.returned ?? {}) as { isDone?: boolean };
const from = (asked: Asked) => asked.from ?? undefined;

export const DOORS: Door[] = [
  {
    name: "login/",
    guess: async (ground, { email }, password, asked) => {
      const reply = await ask(ground, "/api/auth/login/", { ...asked, body: { email, password } });
      return judge(reply, reply.status === 200);
    },
  },
  {
    name: "sign-in/email",
    guess: async (ground, { email }, password, asked) => {
      // As a browser says it; with a cookie and without it nobody is let in there, whatever the password.
      const headers = { ...asked.headers, Origin: ground.url };
      const reply = await ask(ground, "/api/auth/sign-in/email", { ...asked, headers, body: { email, password } });
      return judge(reply, reply.status === 200);
    },
  },
  {
    name: "the form for signing in",
    guess: async (ground, { email }, password, asked) => {
      const browser = openBrowser(from(asked), asked.cookie);
      const reply = await callAction(ground, browser, actionNamed("signInAction"), {
        page: "/sign-in",
        fields: { email, password },
      });
      return judge(reply, reply.status === 303 || reply.headers["x-action-redirect"] !== undefined);
    },
  },
  {
    name: "change-password",
    needs: "cookie",
    guess: async (ground, { cookie }, currentPassword, asked) => {
      const headers = { Origin: ground.url, ...asked.headers };
      const reply = await ask(ground, "/api/auth/change-password", {
        ...asked,
        headers,
        cookie,
        body: { currentPassword, newPassword: NEXT_PASSWORD },
      });
      return judge(reply, reply.status === 200);
    },
  },
  {
    name: "password/change/",
    needs: "token",
    guess: async (ground, { access }, old_password, asked) => {
      const reply = await ask(ground, "/api/auth/password/change/", {
        ...asked,
        token: access,
        body: { old_password, new_password: NEXT_PASSWORD },
      });
      return judge(reply, reply.status === 200);
    },
  },
  {
    name: "the form for another password",
    needs: "cookie",
    guess: async (ground, { cookie }, currentPassword, asked) => {
      const fields = { currentPassword, newPassword: NEXT_PASSWORD };
      const reply = await callAction(ground, openBrowser(from(asked), cookie), actionNamed("changePasswordAction"), {
        page: "/settings",
        fields,
      });
      return judge(reply, returned(reply).isDone === true);
    },
  },
  {
    name: "the step-up of staff",
    needs: "cookie",
    isStaff: true,
    guess: async (ground, { cookie }, password, asked) => {
      const browser = openBrowser(from(asked), cookie);
      const reply = await callAction(ground, browser, actionNamed("confirmPasswordAction"), {
        page: "/admin",
        fields: { password },
      });
      return judge(reply, returned(reply).isDone === true);
    },
  },
];

export async function endSessions({ id }: { id: string }): Promise<void> {
  await query("DELETE FROM sessions WHERE user_id = $1", [id]);
}
