export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type Api = { name: string; caller: string; routes: { methods: Method[]; path: string; does: string }[] };

/** Every HTTP route there is, as the front page lists them. A browser test calls each one. */
export const APIS: Api[] = [
  {
    name: "Accounts and tokens",
    caller: "Open to anyone; profile and log-out take the token itself.",
    routes: [
      { methods: ["POST"], path: "/api/auth/register/", does: "Make an account and get its tokens" },
      { methods: ["POST"], path: "/api/auth/login/", does: "Get tokens for an e-mail address and password" },
      { methods: ["POST"], path: "/api/auth/token/refresh/", does: "Get a new access token" },
      { methods: ["POST"], path: "/api/auth/logout/", does: "End a refresh token and its session" },
      { methods: ["GET", "PUT", "PATCH"], path: "/api/auth/profile/", does: "Read or change the account" },
      { methods: ["GET"], path: "/api/auth/jwks", does: "Public keys that access tokens are signed with" },
    ],
  },
  {
    name: "Your own keys",
    caller: "Authorization: Bearer, with an access token.",
    routes: [
      { methods: ["POST"], path: "/api/auth/keys/create/", does: "Create a key" },
      { methods: ["GET"], path: "/api/auth/settings/", does: "The API account and its keys, masked" },
      { methods: ["POST"], path: "/api/auth/keys/:id/regenerate/", does: "Replace a key's credentials, at once or with a grace" },
      { methods: ["POST"], path: "/api/auth/keys/:id/revoke/", does: "End a key; it stays listed" },
      { methods: ["GET"], path: "/api/auth/usage/", does: "Keys, calls and credits, day by day" },
    ],
  },
  {
    name: "Everyone’s keys",
    caller: "X-Admin-Secret, for staff and back-office systems.",
    routes: [
      { methods: ["POST"], path: "/api/api-keys", does: "Create a key for a user" },
      { methods: ["GET"], path: "/api/api-keys", does: "List keys, all or one user’s" },
      { methods: ["DELETE"], path: "/api/api-keys/:id", does: "Delete a key; its history stays" },
    ],
  },
  {
    name: "Behind your API",
    caller: "The service secret for checks, a signature for usage. Health is open.",
    routes: [
      { methods: ["POST"], path: "/api/keys/verify", does: "Ask whether a key is valid, and why not" },
      { methods: ["POST"], path: "/usage", does: "Report calls and their cost; each id counts once" },
      { methods: ["GET"], path: "/api/health", does: "State of the server, database and migrations" },
    ],
  },
];
