/** Where a generated client goes to, and whose it is. */
export type Visit = {
  url: string;
  /** Of every call. */
  headers: Record<string, string>;
  email: string;
  password: string;
  adminSecret: string;
  serviceSecret: string;
  sign: (body: unknown) => string;
};

/** What it saw there. */
export type Journey = {
  created: { key_name: string; permissions: unknown; expires_at: string | null };
  listed: string[];
  verdicts: string[];
  usage: unknown;
  revoked: boolean;
  refusal: string | undefined;
};
