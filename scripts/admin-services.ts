import { parseArgs } from "node:util";
import { SYSTEM_ACTOR } from "../lib/audit/actors";
import { disconnect } from "../lib/database/client";
import { feedKey } from "../lib/feed/signing";
import { findListedService, type ListedService, listServices, listSharedSecrets } from "../lib/services/list";
import {
  createService,
  type IssuedCredential,
  revokeCredential,
  revokeService,
  rotateService,
  switchSharedSecret,
} from "../lib/services/manage";
import { createServiceSchema, rotateServiceSchema, sharedSecretSchema } from "../lib/services/schemas";
import { AppError } from "../lib/values/errors";
import { SCOPES } from "../packages/rule/services";
import { explainDatabaseError } from "./database-failure";
import { Failure } from "./failure";
import { withDatabase } from "./migrate";

export const SERVICES_USAGE = `Services, each with a name, scopes (${SCOPES.join(", ")}) and a credential of its own:
  npm run admin -- services list [--json]
  npm run admin -- services create NAME --scopes SCOPE,… [--networks RANGE,…] [--owners EMAIL,…]
      [--per-report CREDITS] [--per-minute CREDITS] [--serve-for SECONDS] [--expires INSTANT] [--json]   prints the credential, once
  npm run admin -- services rotate NAME [--overlap SECONDS] [--json]   prints another one; the former works so much longer (a day)
  npm run admin -- services end-former NAME [--json]                   ends the one that was replaced
  npm run admin -- services revoke NAME [--json]                       ends all that it has, for good
  npm run admin -- services retire SETTING | accept SETTING [--json]   whether a shared secret of the settings is accepted`;

const OPTIONS = {
  json: { type: "boolean" },
  scopes: { type: "string" },
  networks: { type: "string" },
  owners: { type: "string" },
  "per-report": { type: "string" },
  "per-minute": { type: "string" },
  "serve-for": { type: "string" },
  expires: { type: "string" },
  overlap: { type: "string" },
} as const;

type Options = ReturnType<typeof read>["values"];
type Told = { json: unknown; lines: string[] };

const DEEDS: Record<string, (name: string, options: Options) => Promise<Told>> = {
  list: async () => tellAll(),
  create: async (name, options) => {
    const fields = readFields(name, options);
    return tellIssued(await createService(SYSTEM_ACTOR, fields), fields.scopes.includes("feed") ? feedKey() : null);
  },
  rotate: async (name, { overlap }) => {
    const { id, credentials } = await find(name);
    const newest = credentials.find(({ hasEnded }) => !hasEnded)?.id ?? 0;
    const asked = parse(rotateServiceSchema, { id, credential: newest, overlapSeconds: overlap });
    return tellIssued(await rotateService(SYSTEM_ACTOR, asked));
  },
  "end-former": async (name) => {
    const { id, credentials } = await find(name);
    const [, former] = credentials.filter(({ hasEnded }) => !hasEnded);
    if (!former) return tell({ ended: null }, `${name} has no former credential that works.`);
    await revokeCredential(SYSTEM_ACTOR, { id, credential: former.id });
    return tell({ ended: former.masked }, `${former.masked} has ended. No server accepts it two seconds from now.`);
  },
  revoke: async (name) => {
    const { id, name: revoked } = await find(name);
    await revokeService(SYSTEM_ACTOR, { id });
    return tell({ revoked }, `${revoked} is revoked. No server accepts it two seconds from now.`);
  },
  retire: async (name) => switchSetting(name, true),
  accept: async (name) => switchSetting(name, false),
};

export async function manageServices(args: string[]): Promise<void> {
  const { values: options, positionals } = read(args);
  const [deed = "", name = "", ...rest] = positionals;
  const act = Object.hasOwn(DEEDS, deed) ? DEEDS[deed] : undefined;
  if (!act || rest.length > 0 || (deed === "list") !== (name === "")) throw new Failure(SERVICES_USAGE);
  const told = await withDatabase(() => act(name, options).catch(explain)).finally(disconnect);
  console.log(options.json ? JSON.stringify(told.json, null, 2) : told.lines.join("\n"));
}

function read(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch {
    throw new Failure(SERVICES_USAGE);
  }
}

function readFields(name: string, options: Options) {
  return parse(createServiceSchema, {
    name,
    scopes: (options.scopes ?? "").split(",").filter(Boolean),
    networks: options.networks ?? "",
    owners: options.owners ?? "",
    maxCreditsPerReport: options["per-report"] ?? "",
    maxCreditsPerMinute: options["per-minute"] ?? "",
    serveForSeconds: options["serve-for"],
    expiresAt: options.expires ?? "",
  });
}

type Parsing<Output> = {
  safeParse(
    value: unknown,
  ): { success: true; data: Output } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } };
};

function parse<Output>(schema: Parsing<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Failure(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
}

async function find(named: string): Promise<ListedService> {
  const service = await findListedService(named);
  if (!service) throw new Failure(`There is no service called ${named}.`);
  return service;
}

async function switchSetting(name: string, isOff: boolean): Promise<Told> {
  await switchSharedSecret(SYSTEM_ACTOR, parse(sharedSecretSchema, { name, isOff }));
  return tell({ name, isOff }, isOff ? `${name} is not accepted any more.` : `${name} is accepted again.`);
}

async function tellAll(): Promise<Told> {
  const [services, secrets] = await Promise.all([listServices(), listSharedSecrets()]);
  const say = ({ lastAt, calls, refusals }: ListedService["activity"]) =>
    `${calls} calls, ${refusals} refused in 30 days, ${lastAt ? `last ${lastAt.toISOString()}` : "never used"}`;
  const lines = [
    ...services.map(
      ({ name, scopes, credentials, hasEnded, activity }) =>
        `${name}  ${hasEnded ? "ended" : scopes.join(",")}  ${credentials
          .filter((each) => !each.hasEnded)
          .map(({ masked, validUntil }) => masked + (validUntil ? ` until ${validUntil.toISOString()}` : ""))
          .join(", ")}  ${say(activity)}`,
    ),
    ...(services.length === 0 ? ["There is no service yet."] : []),
    "",
    ...secrets.map(
      ({ name, isSet, isOff, activity }) =>
        `${name}  shared  ${isSet ? (isOff ? "switched off" : "accepted") : "not set"}  ${say(activity)}`,
    ),
  ];
  return { json: { services, secrets }, lines };
}

function tellIssued({ id, name, credential, formerUntil }: IssuedCredential, key: string | null = null): Told {
  const json = { id, name, credential, formerUntil, ...(key !== null && { feedKey: key }) };
  const lines = [`${name} has this credential. It is shown once:`, credential];
  if (key !== null) lines.push("The feed is signed with this key, which is no secret (LATCHKEY_FEED_KEY):", key);
  if (formerUntil) lines.push(`The former one works until ${formerUntil.toISOString()}.`);
  return { json, lines };
}

function tell(json: unknown, line: string): Told {
  return { json, lines: [line] };
}

function explain(error: unknown): never {
  if (!(error instanceof AppError) || error.status >= 500) throw explainDatabaseError(error);
  const sentences = Object.values(error.fields ?? {}).flat();
  throw new Failure(sentences.length > 0 ? sentences.join("\n") : error.message);
}
